import { useEffect, useRef, useState } from 'preact/hooks';
import { ApiError, getAlert, handle, type Deed } from '../api/client';
import type { Alert } from '../api/types';
import { useHotkeys } from '../browser';
import { useSession } from '../session/session';
import { clockOf } from '../time';
import { Handled } from './Handled';
import { FALSE_ALARMS, possible } from './possible';
import './handling.css';

interface Props {
  alert: Alert;
  /** The alert as it is after something was done with it. */
  onHandled: (alert: Alert) => void;
}

/** Nobody has looked at what came up a moment ago: a key pressed twice must not settle the next alert as well. */
const UNSEEN_MS = 600;

/** What the guard is asked for before something is done. */
type Question = 'reason' | 'note';

/** Settles the alert: whose it is, what it was. */
export function ActionBar({ alert, onHandled }: Props) {
  const { t, me } = useSession();
  const [question, setQuestion] = useState<Question | null>(null);
  const { send, isBusy, failure } = useDeeds(alert, onHandled);
  const can = possible(alert, me);

  const act = (deed: Deed) => {
    setQuestion(null);
    send(deed);
  };
  const claim = () => act({ act: 'claim' });
  const isTrue = () => act({ act: 'resolve', verdict: 'true_alarm' });
  const isFalse = () => setQuestion('reason');
  const escalate = () => act({ act: 'escalate' });
  const note = () => setQuestion('note');
  const close = () => setQuestion(null);
  const reasons = Object.fromEntries(
    FALSE_ALARMS.map((reason, place) => [
      String(place + 1),
      () => act({ act: 'resolve', verdict: 'false_alarm', reason }),
    ]),
  );
  const [isSeen, setSeen] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setSeen(true), UNSEEN_MS);
    return () => clearTimeout(timer);
  }, []);
  const whenSeen = (isPossible: boolean, act: () => void) =>
    isPossible
      ? () => {
          if (isSeen) act();
        }
      : undefined;
  useHotkeys({
    a: whenSeen(can.claim !== null, claim),
    t: whenSeen(can.resolve, isTrue),
    f: whenSeen(can.resolve, isFalse),
    e: whenSeen(can.escalate, escalate),
    n: whenSeen(can.note, note),
  });
  useHotkeys(question === 'reason' ? { ...reasons, escape: close } : {}, true);

  if (!can.note) return null;
  return (
    <div class={`handling ${isSeen ? '' : 'not-seen'}`} role="group" aria-label={t('handling.label')}>
      {question === 'reason' && (
        <>
          <span class="handling-question">{t('handling.why')}</span>
          {FALSE_ALARMS.map((reason, place) => (
            <Do
              key={reason}
              letter={String(place + 1)}
              words={t(`false_alarm.${reason}`)}
              onDo={reasons[String(place + 1)]}
            />
          ))}
          <Do letter="Esc" words={t('handling.cancel')} onDo={close} />
        </>
      )}
      {question === 'note' && <NoteForm onNote={(text) => act({ act: 'note', text })} onCancel={close} />}
      {question === null && (
        <>
          {can.claim && <Do letter="A" look="main" words={t(`handling.${can.claim}`)} onDo={claim} />}
          {can.resolve && <Do letter="T" look="true" words={t('handling.true')} onDo={isTrue} />}
          {can.resolve && <Do letter="F" words={t('handling.false')} onDo={isFalse} />}
          {can.escalate && <Do letter="E" words={t('handling.escalate')} onDo={escalate} />}
          <Do letter="N" words={t('handling.note')} onDo={note} />
        </>
      )}
      <span class="handling-told" role="status">
        {isBusy ? t('handling.busy') : (failure ?? <Standing alert={alert} />)}
      </span>
    </div>
  );
}

/** Whose the alert is, or what it was, and since when. */
function Standing({ alert }: { alert: Alert }) {
  const { state, owner, claimed_at, resolved_at } = alert;
  const at = state === 'resolved' ? resolved_at : claimed_at;
  if (at === null) return null;
  return (
    <span class={`handled handled-${alert.verdict ?? state}`}>
      <Handled alert={alert} />
      <small>
        {' '}
        {state === 'resolved' && owner} {clockOf(at)}
      </small>
    </span>
  );
}

interface DoProps {
  letter: string;
  words: string;
  look?: 'main' | 'true';
  onDo: (() => void) | undefined;
}

function Do({ letter, words, look, onDo }: DoProps) {
  return (
    <button type="button" class={`tool ${look ? `do-${look}` : ''}`} onClick={onDo}>
      <kbd aria-hidden="true">{letter}</kbd>
      {words}
    </button>
  );
}

const LONGEST_NOTE = 2000;

function NoteForm({ onNote, onCancel }: { onNote: (text: string) => void; onCancel: () => void }) {
  const { t } = useSession();
  const field = useRef<HTMLInputElement>(null);
  const [text, setText] = useState('');
  useEffect(() => field.current?.focus(), []);
  return (
    <form
      class="handling-note"
      onSubmit={(event) => {
        event.preventDefault();
        if (text.trim() !== '') onNote(text.trim());
      }}
    >
      <input
        ref={field}
        value={text}
        maxLength={LONGEST_NOTE}
        aria-label={t('handling.note')}
        placeholder={t('handling.note.hint')}
        onInput={(event) => setText(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key === 'Escape') onCancel();
        }}
      />
      <button type="submit" class="tool" disabled={text.trim() === ''}>
        {t('handling.note.save')}
      </button>
      <Do letter="Esc" words={t('handling.cancel')} onDo={onCancel} />
    </form>
  );
}

/** Sends what is done, one deed after another, and says in words what went wrong. */
function useDeeds(alert: Alert, onHandled: (alert: Alert) => void) {
  const { t } = useSession();
  const last = useRef<Promise<void>>(Promise.resolve());
  const [underWay, setUnderWay] = useState(0);
  const [failure, setFailure] = useState<string | null>(null);

  const refused = async (error: unknown): Promise<string> => {
    if (!(error instanceof ApiError)) return t('handling.unreachable');
    if (error.status !== 409) return t('handling.failed', { detail: error.message });
    // Somebody was faster, and this screen had not heard of it.
    const now = await getAlert(alert.id).catch(() => null);
    if (now) onHandled(now);
    return now?.owner ? t('handling.taken', { owner: now.owner }) : error.message;
  };
  const send = (deed: Deed) => {
    setUnderWay((n) => n + 1);
    setFailure(null);
    last.current = last.current
      .then(() => handle(alert.id, deed))
      .then(onHandled, async (error: unknown) => setFailure(await refused(error)))
      .finally(() => setUnderWay((n) => n - 1));
  };
  return { send, isBusy: underWay > 0, failure };
}
