import { useEffect, useRef, useState } from 'preact/hooks';
import { deleteRecording } from '../api/recordings';
import type { Camera } from '../api/types';
import { useSession } from '../session/session';
import { formatClock, wallTime } from '../time';
import type { Stretch } from './line';

interface Props {
  camera: Camera;
  /** Whole, and not backwards. */
  marked: Stretch;
  offset: number;
  onDeleted: () => void;
}

const LONGEST_REASON = 200;
const MOST_MS = 24 * 3_600_000;

/** Deletes the marked stretch of a camera, with a reason and after a second question. */
export function DeleteForm({ camera, marked, offset, onDeleted }: Props) {
  const { t } = useSession();
  const [isOpen, setOpen] = useState(false);
  const [reason, setReason] = useState('');
  const [isSure, setSure] = useState(false);
  const [isBusy, setBusy] = useState(false);
  const [told, setTold] = useState<{ words: string; isFailure: boolean } | null>(null);
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (isOpen) field.current?.focus();
  }, [isOpen]);
  const { fromMs, toMs } = marked;
  const clock = (ms: number) => formatClock(wallTime(ms, offset));
  const isWrong = (text: string) => text === '' || text.length > LONGEST_REASON;
  const send = async () => {
    const text = reason.trim();
    if (isWrong(text)) {
      setTold({ words: t('recordings.delete.wrong'), isFailure: true });
      return;
    }
    if (!isSure) {
      setTold(null);
      setSure(true);
      return;
    }
    setBusy(true);
    try {
      const { segments, bytes, alerts } = await deleteRecording(camera.id, fromMs, toMs, text);
      const megabytes = Math.ceil(bytes / 1e6);
      setTold({
        words: t('recordings.delete.done', { n: segments, mb: megabytes, alerts }),
        isFailure: false,
      });
      setReason('');
      setOpen(false);
    } catch (error) {
      const detail = error instanceof Error ? error.message : String(error);
      setTold({ words: t('recordings.delete.failed', { detail }), isFailure: true });
    }
    setSure(false);
    setBusy(false);
    onDeleted();
  };
  if (toMs - fromMs > MOST_MS) return null;
  return (
    <form
      class="rec-keep rec-delete"
      aria-label={t('recordings.delete')}
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        void send();
      }}
    >
      {isOpen ? (
        <>
          <label class="field">
            <span>{t('recordings.delete.why')}</span>
            <input
              ref={field}
              name="delete-reason"
              value={reason}
              autoComplete="off"
              aria-describedby="delete-told"
              onInput={(event) => {
                setReason(event.currentTarget.value);
                setSure(false);
              }}
            />
          </label>
          <p class="soft">{t('recordings.delete.words')}</p>
          <button type="submit" class={`quiet-button danger ${isSure ? 'sure' : ''}`} disabled={isBusy}>
            {isSure
              ? t('recordings.delete.sure', { name: camera.name, from: clock(fromMs), to: clock(toMs) })
              : t('recordings.delete.do')}
          </button>
          <button type="button" class="quiet-button" onClick={() => setOpen(false)}>
            {t('recordings.delete.not')}
          </button>
        </>
      ) : (
        <button type="button" class="quiet-button danger" onClick={() => setOpen(true)}>
          {t('recordings.delete.of', { name: camera.name })}
        </button>
      )}
      <p id="delete-told" role="status" class={told?.isFailure ? 'wrong' : 'told'}>
        {told?.words}
      </p>
    </form>
  );
}
