import { useState } from 'preact/hooks';
import { addShiftNote } from '../api/shift';
import type { Shift } from '../api/types';
import { useSession } from '../session/session';
import { dateTimeOf } from '../time';

interface Props {
  notes: Shift['notes'];
  onAdded: () => void;
}

const LONGEST = 2000;

/** What one shift writes down for the next; what is written stays. */
export function ShiftNotes({ notes, onAdded }: Props) {
  const { t, me, language } = useSession();
  return (
    <section class="card shift-notes" aria-labelledby="shift-notes">
      <h2 id="shift-notes">{t('shift.notes')}</h2>
      {me?.permissions.includes('settle') && <NoteForm onAdded={onAdded} />}
      {notes.length === 0 && <p class="soft">{t('shift.notes.none')}</p>}
      <ol class="rows">
        {notes.map(({ id, at, who, text }) => (
          <li key={id} class="shift-note">
            <p class="soft">
              <strong>{who}</strong> <time dateTime={at}>{dateTimeOf(at, language)}</time>
            </p>
            <p class="shift-note-text">{text}</p>
          </li>
        ))}
      </ol>
    </section>
  );
}

function NoteForm({ onAdded }: { onAdded: () => void }) {
  const { t } = useSession();
  const [text, setText] = useState('');
  const [isSending, setSending] = useState(false);
  const [failure, setFailure] = useState<string | null>(null);
  const send = async () => {
    setSending(true);
    setFailure(null);
    try {
      await addShiftNote(text.trim());
      setText('');
      onAdded();
    } catch (error) {
      // What was written stays in the field.
      setFailure(error instanceof Error ? error.message : String(error));
    } finally {
      setSending(false);
    }
  };
  return (
    <form
      class="shift-note-form"
      onSubmit={(event) => {
        event.preventDefault();
        if (text.trim() !== '' && !isSending) void send();
      }}
    >
      <textarea
        name="note"
        rows={3}
        maxLength={LONGEST}
        value={text}
        aria-label={t('shift.notes.write')}
        placeholder={t('shift.notes.hint')}
        onInput={(event) => setText(event.currentTarget.value)}
      />
      {failure && (
        <p class="wrong" role="alert">
          {failure}
        </p>
      )}
      <button type="submit" class="tool" disabled={text.trim() === '' || isSending}>
        {t('shift.notes.save')}
      </button>
    </form>
  );
}
