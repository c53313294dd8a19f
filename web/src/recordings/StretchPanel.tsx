import { useState } from 'preact/hooks';
import { ApiError } from '../api/client';
import { keep, recordingClipUrl } from '../api/recordings';
import type { Camera } from '../api/types';
import { Icon } from '../icons';
import { useSession } from '../session/session';
import { formatClock, formatDuration, wallTime } from '../time';
import { DeleteForm } from './DeleteForm';
import type { Stretch } from './line';

interface Props {
  cameras: readonly Camera[];
  /** An open end is NaN. */
  marked: Stretch;
  offset: number;
  onClear: () => void;
  onKept: () => void;
}

/** What the appliance gives at once. */
const LONGEST_MS = 600_000;
const LONGEST_REASON = 200;

/** What to do with the marked stretch: save it, or have it kept. */
export function StretchPanel({ cameras, marked, offset, onClear, onKept }: Props) {
  const { t, me } = useSession();
  const { fromMs, toMs } = marked;
  if (Number.isNaN(fromMs) && Number.isNaN(toMs)) {
    return (
      <section class="rec-panel" aria-label={t('recordings.stretch')}>
        <h2>{t('recordings.stretch')}</h2>
        <p class="soft">{t('recordings.stretch.hint')}</p>
      </section>
    );
  }
  const clock = (ms: number) => (Number.isNaN(ms) ? '…' : formatClock(wallTime(ms, offset)));
  const isWhole = toMs > fromMs;
  const isBackwards = toMs <= fromMs;
  const isLong = toMs - fromMs > LONGEST_MS;
  return (
    <section class="rec-panel" aria-label={t('recordings.stretch')}>
      <h2>
        {t('recordings.stretch')}
        <button type="button" class="quiet-button" onClick={onClear}>
          {t('recordings.stretch.clear')}
        </button>
      </h2>
      <p class="rec-stretch">
        <strong>
          {clock(fromMs)} – {clock(toMs)}
        </strong>
        {isWhole && <span>{formatDuration(toMs - fromMs)}</span>}
      </p>
      {isBackwards && <p class="wrong">{t('recordings.stretch.backwards')}</p>}
      {isWhole && isLong && <p class="soft">{t('recordings.download.long')}</p>}
      {isWhole &&
        !isLong &&
        cameras.map(({ id, name }) => (
          <a key={id} class="tool" href={recordingClipUrl(id, fromMs, toMs, true)} download>
            <Icon name="download" />
            {cameras.length > 1 ? t('recordings.download.of', { name }) : t('recordings.download')}
          </a>
        ))}
      {isWhole && me?.permissions.includes('settle') && (
        <KeepForm key={`${fromMs}-${toMs}`} cameras={cameras} marked={marked} onKept={onKept} />
      )}
      {isWhole &&
        me?.permissions.includes('administer') &&
        cameras.map((camera) => (
          <DeleteForm
            key={`${camera.id}-${fromMs}-${toMs}`}
            camera={camera}
            marked={marked}
            offset={offset}
            onDeleted={onKept}
          />
        ))}
    </section>
  );
}

function KeepForm({ cameras, marked, onKept }: Pick<Props, 'cameras' | 'marked' | 'onKept'>) {
  const { t } = useSession();
  const [reason, setReason] = useState('');
  const [isWrong, setWrong] = useState(false);
  const [told, setTold] = useState<{ words: string; isFailure: boolean } | null>(null);
  const [isBusy, setBusy] = useState(false);
  const send = async () => {
    const text = reason.trim();
    setWrong(text === '' || text.length > LONGEST_REASON);
    if (text === '' || text.length > LONGEST_REASON) return;
    setBusy(true);
    try {
      for (const { id } of cameras) await keep(id, marked.fromMs, marked.toMs, text);
      setTold({ words: t('recordings.keep.done'), isFailure: false });
      setReason('');
    } catch (error) {
      if (error instanceof ApiError && error.field === 'reason') setWrong(true);
      const detail = error instanceof Error ? error.message : String(error);
      setTold({ words: t('recordings.keep.failed', { detail }), isFailure: true });
    }
    setBusy(false);
    // Also where only some of the cameras took it.
    onKept();
  };
  return (
    <form
      class="rec-keep"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        void send();
      }}
    >
      <label class="field">
        <span>{t('recordings.keep.why')}</span>
        <input
          name="reason"
          value={reason}
          autoComplete="off"
          aria-invalid={isWrong}
          aria-describedby="keep-told"
          onInput={(event) => setReason(event.currentTarget.value)}
        />
      </label>
      <button type="submit" class="tool go" disabled={isBusy} title={t('recordings.keep')}>
        <Icon name="lock" /> {t('recordings.keep.do')}
      </button>
      <p id="keep-told" role="status" class={isWrong || told?.isFailure ? 'wrong' : 'told'}>
        {isWrong ? t('recordings.keep.wrong') : told?.words}
      </p>
    </form>
  );
}
