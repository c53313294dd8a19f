import { useCallback, useState } from 'preact/hooks';
import { addCamera, changeCamera, removeCamera, type LoginChange } from '../../api/settings';
import type { CameraKeys, Settings, WrittenCamera } from '../../api/types';
import { useSession } from '../../session/session';
import { SaveBar } from '../SaveBar';
import { Text } from '../Text';
import { refusalOf, useDraft, type Known, type Refusal } from '../useSettings';
import { idOf } from '../zones/shape';
import { CameraTest } from './CameraTest';
import { loginOf, newDraft, draftOf, keysOf, type CameraDraft } from './draft';

interface Props {
  /** Null for a new one. */
  written: WrittenCamera | null;
  settings: Settings;
  known: Known;
  onDone: (id: string) => void;
  onZones: (id: string) => void;
}

const FIELDS = ['id', 'name', 'main', 'sub', 'place', 'purpose', 'user', 'password'];

/** A camera's addresses and what it is called. */
export function CameraForm({ written, settings, known, onDone, onZones }: Props) {
  const { t } = useSession();
  const id = written?.id ?? null;
  const of = useCallback(
    ({ cameras }: Settings): CameraDraft => {
      const camera = cameras.find((other) => other.id === id);
      return camera ? draftOf(camera) : newDraft();
    },
    [id],
  );
  const draft = useDraft(settings, known, of);
  const { value, refusal } = draft;
  const change = (part: Partial<CameraDraft>) => draft.change({ ...value, ...part });
  const [isAsking, setAsking] = useState(false);
  const [unremoved, setUnremoved] = useState<Refusal | null>(null);
  const text = (name: keyof CameraDraft, label: string, rest: object = {}) => (
    <Text
      name={name}
      label={label}
      value={String(value[name])}
      refusal={refusal}
      onValue={(typed) => change({ [name]: typed })}
      {...rest}
    />
  );
  const save = async () => {
    const keys: CameraKeys = keysOf(value, id);
    const login: LoginChange = loginOf(value);
    const isSaved = await draft.save((version) =>
      id === null ? addCamera(version, keys, login) : changeCamera(version, keys, login),
    );
    if (isSaved && id === null) onDone(keys.id);
  };
  const remove = async () => {
    if (id === null) return;
    try {
      known.take(await removeCamera(settings.version, id));
    } catch (error) {
      setUnremoved(refusalOf(error));
    }
  };
  return (
    <form
      class="settings-form camera-form"
      aria-label={id === null ? t('cameras.add') : (written?.name ?? id)}
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        if (draft.isChanged && !draft.isSaving) void save();
      }}
    >
      <h2>{id === null ? t('cameras.add') : (written?.name ?? id)}</h2>
      <div class="row">
        {text('name', t('cameras.name'), {
          onValue: (name: string) =>
            change(id === null && value.id === idOf(value.name) ? { name, id: idOf(name) } : { name }),
        })}
        {text('id', t('cameras.id'), { isDisabled: id !== null, hint: t('cameras.id.hint') })}
      </div>
      {text('main', t('cameras.main'), {
        placeholder: 'rtsp://10.0.0.11/Streaming/Channels/101',
        hint: t('cameras.main.hint'),
      })}
      <div class="row">
        {text('user', t('cameras.user'), {
          placeholder: written?.has_credentials ? t('cameras.kept') : '',
          isDisabled: value.forget,
        })}
        {text('password', t('cameras.password'), {
          type: 'password',
          placeholder: written?.has_credentials ? t('cameras.kept') : '',
          isDisabled: value.forget,
        })}
      </div>
      {written?.has_credentials && (
        <label class="check">
          <input
            type="checkbox"
            checked={value.forget}
            onChange={(event) => change({ forget: event.currentTarget.checked, user: '', password: '' })}
          />
          {t('cameras.forget')}
        </label>
      )}
      <CameraTest draft={value} address={value.main} camera={id} label={t('cameras.test.main')} />
      {text('sub', t('cameras.sub'), {
        placeholder: 'rtsp://10.0.0.11/Streaming/Channels/102',
        hint: t('cameras.sub.hint'),
      })}
      {value.sub.trim() !== '' && (
        <CameraTest draft={value} address={value.sub} camera={id} label={t('cameras.test.sub')} />
      )}
      <div class="row">
        {text('place', t('cameras.place'), { hint: t('cameras.place.hint') })}
        <label class="field">
          <span>{t('cameras.transport')}</span>
          <select
            value={value.transport}
            onChange={(event) => change({ transport: event.currentTarget.value === 'udp' ? 'udp' : 'tcp' })}
          >
            <option value="tcp">TCP</option>
            <option value="udp">UDP</option>
          </select>
        </label>
      </div>
      <label class="field">
        <span>{t('cameras.record')}</span>
        <select
          name="record"
          value={value.record}
          aria-describedby="camera-record-hint"
          onChange={(event) =>
            change({ record: event.currentTarget.value === 'alerts' ? 'alerts' : 'continuous' })
          }
        >
          <option value="continuous">{t('cameras.record.continuous')}</option>
          <option value="alerts">{t('cameras.record.alerts')}</option>
        </select>
        <small id="camera-record-hint">{t('cameras.record.hint')}</small>
      </label>
      {text('purpose', t('cameras.purpose'), { hint: t('cameras.purpose.hint') })}
      <label class="check">
        <input
          type="checkbox"
          checked={value.tamper}
          onChange={(event) => change({ tamper: event.currentTarget.checked })}
        />
        {t('cameras.tamper')}
      </label>
      <SaveBar
        draft={draft}
        onSave={() => void save()}
        isSaidElsewhere={FIELDS.includes(refusal?.field ?? '')}
      />
      {id !== null && (
        <div class="row">
          <button type="button" class="tool" onClick={() => onZones(id)}>
            {t('cameras.zones')}
          </button>
          {isAsking ? (
            <>
              <button type="button" class="quiet-button danger" onClick={() => void remove()}>
                {t('cameras.remove.sure')}
              </button>
              <button type="button" class="quiet-button" onClick={() => setAsking(false)}>
                {t('cameras.remove.not')}
              </button>
            </>
          ) : (
            <button type="button" class="quiet-button danger" onClick={() => setAsking(true)}>
              {t('cameras.remove')}
            </button>
          )}
          {unremoved && (
            <p class="wrong" role="alert">
              {t('settings.refused', { detail: unremoved.detail })}
            </p>
          )}
        </div>
      )}
    </form>
  );
}
