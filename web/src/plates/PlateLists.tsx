import { useCallback, useEffect, useState } from 'preact/hooks';
import { getPlates, removePlate } from '../api/client';
import type { ListKind, PlateEntry } from '../api/types';
import { useSession } from '../session/session';
import { dateOf } from '../time';
import { PatternType } from '../vehicle/PlateType';
import { draftOf, newDraft } from './entry';
import { PlateForm } from './PlateForm';
import './plates.css';

const KINDS: readonly ListKind[] = ['watched', 'known'];

const wordsOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** Which plates are known and which are watched for, and the form that changes them. */
export function PlateLists({ wanted }: { wanted: string }) {
  const { t } = useSession();
  const [entries, setEntries] = useState<readonly PlateEntry[] | null>(null);
  const [changed, setChanged] = useState<PlateEntry | null>(null);
  const [told, setTold] = useState<{ words: string; isWrong: boolean } | null>(null);
  /** Grows with each entry saved: the form begins anew. */
  const [round, setRound] = useState(0);

  const load = useCallback(
    (signal: AbortSignal) =>
      getPlates(signal).then(setEntries, (error: unknown) => {
        if (!signal.aborted)
          setTold({ words: t('plates.load_failed', { detail: wordsOf(error) }), isWrong: true });
      }),
    [t],
  );
  useEffect(() => {
    const abort = new AbortController();
    void load(abort.signal);
    return () => abort.abort();
  }, [load, round]);

  const done = (words: string) => {
    setTold({ words, isWrong: false });
    setChanged(null);
    setRound((n) => n + 1);
  };
  const remove = ({ id, pattern }: PlateEntry) =>
    removePlate(id).then(
      () => done(t('plates.removed', { pattern })),
      (error: unknown) => setTold({ words: t('plates.failed', { detail: wordsOf(error) }), isWrong: true }),
    );

  const start = changed ? draftOf(changed) : newDraft(round === 0 ? wanted : '');
  return (
    <div class="plates">
      <section class="plates-edit">
        <p>{t('plates.intro')}</p>
        <PlateForm
          key={`${changed?.id ?? 'new'}.${round}`}
          id={changed?.id ?? null}
          start={start}
          onSaved={(pattern) => done(t('plates.saved', { pattern }))}
          onCancel={changed ? () => setChanged(null) : undefined}
        />
        <p class={`plates-told ${told?.isWrong ? 'wrong' : ''}`} role="status">
          {told?.words}
        </p>
      </section>
      <div class="plates-lists">
        {KINDS.map((kind) => (
          <section key={kind} class={`plates-of plates-${kind}`} aria-label={t(`plates.${kind}`)}>
            <h2>{t(`plates.${kind}`)}</h2>
            <ul>
              {entries
                ?.filter((entry) => entry.kind === kind)
                .map((entry) => (
                  <Entry
                    key={entry.id}
                    entry={entry}
                    isChanged={entry.id === changed?.id}
                    onChange={() => setChanged(entry)}
                    onRemove={() => void remove(entry)}
                  />
                ))}
            </ul>
            {entries?.every((entry) => entry.kind !== kind) && <p class="soft">{t('plates.none')}</p>}
          </section>
        ))}
      </div>
    </div>
  );
}

interface EntryProps {
  entry: PlateEntry;
  isChanged: boolean;
  onChange: () => void;
  onRemove: () => void;
}

function Entry({ entry, isChanged, onChange, onRemove }: EntryProps) {
  const { t, language } = useSession();
  const [isAsking, setAsking] = useState(false);
  const { pattern, note, reason, expires_at: expiresAt, in_force: isInForce } = entry;
  return (
    <li class={`entry ${isInForce ? '' : 'expired'} ${isChanged ? 'chosen' : ''}`} data-entry={entry.id}>
      <PatternType pattern={pattern} />
      <div class="entry-words">
        {reason && <p>{reason}</p>}
        {note && <p class="soft">{note}</p>}
        {expiresAt !== null && (
          <small>
            {t(isInForce ? 'plates.until' : 'plates.expired', { date: dateOf(expiresAt, language) })}
          </small>
        )}
      </div>
      <div class="entry-tools">
        {isAsking ? (
          <>
            <button type="button" class="quiet-button danger" onClick={onRemove}>
              {t('plates.remove.sure')}
            </button>
            <button type="button" class="quiet-button" onClick={() => setAsking(false)}>
              {t('plates.cancel')}
            </button>
          </>
        ) : (
          <>
            <button
              type="button"
              class="quiet-button"
              aria-label={t('plates.edit.one', { pattern })}
              onClick={onChange}
            >
              {t('plates.edit')}
            </button>
            <button
              type="button"
              class="quiet-button"
              aria-label={t('plates.remove.one', { pattern })}
              onClick={() => setAsking(true)}
            >
              {t('plates.remove')}
            </button>
          </>
        )}
      </div>
    </li>
  );
}
