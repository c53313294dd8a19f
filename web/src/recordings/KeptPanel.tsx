import { useEffect, useState } from 'preact/hooks';
import { getKept, release, type KeptStretch } from '../api/recordings';
import type { Camera, Status } from '../api/types';
import { gigabytes } from '../bytes';
import { Icon } from '../icons';
import { useSession } from '../session/session';
import { clockOf, dateOf, dateTimeOf, millis } from '../time';

interface Props {
  camera: Camera;
  disk: Status['disk'] | null;
  revision: number;
  onShow: (atMs: number) => void;
  onChanged: () => void;
}

/** What somebody keeps of a camera, why, and whether it takes all the room. */
export function KeptPanel({ camera, disk, revision, onShow, onChanged }: Props) {
  const { t } = useSession();
  const [kept, setKept] = useState<readonly KeptStretch[] | null>(null);
  useEffect(() => {
    const abort = new AbortController();
    // What is not told now is asked for with the next change.
    getKept(camera.id, abort.signal).then(setKept, () => undefined);
    return () => abort.abort();
  }, [camera.id, revision]);
  return (
    <section class="rec-panel rec-kept-list" aria-label={t('recordings.kept')}>
      <h2>
        {t('recordings.kept')} <small>{camera.name}</small>
      </h2>
      {disk && disk.kept_bytes > 0 && (
        <p class={disk.kept_bytes >= disk.quota_bytes ? 'wrong' : 'soft'}>
          {disk.kept_bytes >= disk.quota_bytes
            ? t('recordings.kept.full')
            : t('recordings.kept.space', {
                kept: gigabytes(disk.kept_bytes),
                quota: gigabytes(disk.quota_bytes),
              })}
        </p>
      )}
      {kept?.length === 0 && <p class="soft">{t('recordings.kept.none')}</p>}
      <ul>
        {kept?.map((stretch) => (
          <Kept key={stretch.id} camera={camera.id} stretch={stretch} onShow={onShow} onChanged={onChanged} />
        ))}
      </ul>
    </section>
  );
}

interface KeptProps extends Pick<Props, 'onShow' | 'onChanged'> {
  camera: string;
  stretch: KeptStretch;
}

function Kept({ camera, stretch, onShow, onChanged }: KeptProps) {
  const { t, language, me } = useSession();
  const [isAsking, setAsking] = useState(false);
  const [failure, setFailure] = useState<string | null>(null);
  const isKept = stretch.released_at === null;
  const letGo = () => {
    release(camera, stretch.id).then(onChanged, (error: unknown) => {
      const detail = error instanceof Error ? error.message : String(error);
      setFailure(t('recordings.release.failed', { detail }));
    });
  };
  return (
    <li class={isKept ? '' : 'released'} data-kept={stretch.id}>
      <button
        type="button"
        data-choice
        class="rec-kept-show"
        title={t('recordings.kept.show', { time: dateTimeOf(stretch.from, language) })}
        onClick={() => onShow(millis(stretch.from))}
      >
        <Icon name={isKept ? 'lock' : 'lockOpen'} />
        <span>
          <strong>
            {clockOf(stretch.from)} – {clockOf(stretch.to)}
          </strong>{' '}
          {dateOf(stretch.from, language)}
        </span>
      </button>
      <p>{stretch.reason}</p>
      <small>
        {t('recordings.kept.by', { name: stretch.kept_by, time: dateTimeOf(stretch.kept_at, language) })}
        {stretch.released_at !== null &&
          `; ${t('recordings.kept.released', {
            name: stretch.released_by ?? '',
            time: dateTimeOf(stretch.released_at, language),
          })}`}
      </small>
      {isKept && me?.permissions.includes('release') && (
        <button
          type="button"
          class={`quiet-button ${isAsking ? 'sure' : ''}`}
          onClick={() => (isAsking ? letGo() : setAsking(true))}
          onBlur={() => setAsking(false)}
        >
          {t(isAsking ? 'recordings.release.sure' : 'recordings.release')}
        </button>
      )}
      {failure !== null && (
        <p class="wrong" role="status">
          {failure}
        </p>
      )}
    </li>
  );
}
