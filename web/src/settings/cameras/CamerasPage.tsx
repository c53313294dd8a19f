import type { Camera, Settings } from '../../api/types';
import { Icon, StateShape } from '../../icons';
import { useSession } from '../../session/session';
import type { Known } from '../useSettings';
import { CameraForm } from './CameraForm';

interface Props {
  settings: Settings;
  known: Known;
  cameras: readonly Camera[];
  /** Its id; `+` for a new one. */
  chosen: string | null;
  onChoose: (id: string | null) => void;
  onZones: (id: string) => void;
}

/** No id begins like this. */
const NEW = '+';

/** The cameras that are watched. */
export function CamerasPage({ settings, known, cameras, chosen, onChoose, onZones }: Props) {
  const { t } = useSession();
  const written = settings.cameras.find(({ id }) => id === chosen) ?? null;
  const isNew = chosen === NEW || settings.cameras.length === 0;
  return (
    <div class={`settings-cameras ${isNew || written ? 'with-chosen' : ''}`}>
      <nav class="settings-list" aria-label={t('settings.cameras')}>
        <button
          type="button"
          class="tool"
          data-add-camera
          aria-current={isNew ? 'true' : undefined}
          onClick={() => onChoose(NEW)}
        >
          {t('cameras.add')}
        </button>
        {settings.cameras.map(({ id, name }) => {
          const now = cameras.find((camera) => camera.id === id);
          return (
            <button
              key={id}
              type="button"
              class="tool"
              data-camera={id}
              aria-current={id === chosen ? 'true' : undefined}
              onClick={() => onChoose(id)}
            >
              <StateShape state={now?.state ?? 'unknown'} />
              <span>
                {name ?? id}
                <small>{t(`camera.${now?.state ?? 'connecting'}`)}</small>
              </span>
            </button>
          );
        })}
      </nav>
      <button type="button" class="tool settings-back" onClick={() => onChoose(null)}>
        <Icon name="back" /> {t('settings.cameras')}
      </button>
      {isNew ? (
        <CameraForm
          key="new"
          written={null}
          settings={settings}
          known={known}
          onDone={onChoose}
          onZones={onZones}
        />
      ) : written ? (
        <CameraForm
          key={written.id}
          written={written}
          settings={settings}
          known={known}
          onDone={onChoose}
          onZones={onZones}
        />
      ) : (
        <p class="soft">
          <Icon name="picture" /> {t('cameras.choose')}
        </p>
      )}
    </div>
  );
}
