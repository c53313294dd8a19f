import { useEffect, useRef, useState } from 'preact/hooks';
import { ApiError, putPlate } from '../api/client';
import type { ListKind } from '../api/types';
import { MomentField } from '../moment/MomentField';
import { useSession } from '../session/session';
import { useNow } from '../stream/appliance';
import { wallTime } from '../time';
import { isField, wantedOf, wrongField, type Draft, type Field } from './entry';

interface Props {
  /** Of the entry that is changed; null for a new one. */
  id: string | null;
  start: Draft;
  onSaved: (pattern: string) => void;
  /** Missing where there is nothing to go back to. */
  onCancel?: (() => void) | undefined;
}

const two = (n: number): string => String(n).padStart(2, '0');

/** Writes an entry of the lists; what the server refuses is said at the field that it names. */
export function PlateForm({ id, start, onSaved, onCancel }: Props) {
  const { t } = useSession();
  const { nowMs, offset } = useNow(60_000);
  const [draft, setDraft] = useState(start);
  const [wrong, setWrong] = useState<Field | null>(null);
  const [failure, setFailure] = useState<string | null>(null);
  const [isSaving, setSaving] = useState(false);
  const form = useRef<HTMLFormElement>(null);
  const wall = nowMs === null ? null : wallTime(nowMs, offset);
  const today = wall ? `${wall.year}-${two(wall.month)}-${two(wall.day)}` : '';
  const change = (part: Partial<Draft>) => setDraft((old) => ({ ...old, ...part }));

  useEffect(() => {
    if (wrong) form.current?.querySelector<HTMLElement>(`[name=${wrong}]`)?.focus();
  }, [wrong]);

  const save = async () => {
    const mistake = wrongField(draft, today);
    setWrong(mistake);
    setFailure(null);
    if (mistake) return;
    setSaving(true);
    try {
      await putPlate(id, wantedOf(draft, offset));
      onSaved(draft.pattern.trim());
    } catch (error) {
      const field = error instanceof ApiError ? error.field : null;
      if (isField(field)) setWrong(field);
      else setFailure(error instanceof Error ? error.message : String(error));
    } finally {
      setSaving(false);
    }
  };

  const said = (field: Field) => wrong === field && <small class="wrong">{t(`plates.wrong.${field}`)}</small>;
  const kind = (name: ListKind) => (
    <label class={`kind ${draft.kind === name ? 'chosen' : ''}`}>
      <input type="radio" name="kind" checked={draft.kind === name} onChange={() => change({ kind: name })} />
      {t(`plates.${name}`)}
    </label>
  );
  return (
    <form
      ref={form}
      class="plate-form"
      aria-label={t(id === null ? 'plates.new' : 'plates.change')}
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        if (!isSaving) void save();
      }}
    >
      <h2>{t(id === null ? 'plates.new' : 'plates.change')}</h2>
      <fieldset class="kinds">
        <legend>{t('plates.kind')}</legend>
        {kind('watched')}
        {kind('known')}
      </fieldset>
      <label class="field">
        <span>{t('plates.pattern')}</span>
        <input
          name="pattern"
          value={draft.pattern}
          placeholder="12A-1?3.45"
          maxLength={24}
          autoComplete="off"
          spellcheck={false}
          aria-invalid={wrong === 'pattern'}
          onInput={(event) => change({ pattern: event.currentTarget.value })}
        />
        {said('pattern') || <small>{t('vehicle.search.hint')}</small>}
      </label>
      <label class="field">
        <span>{t(`plates.reason.${draft.kind}`)}</span>
        <input
          name="reason"
          value={draft.reason}
          autoComplete="off"
          aria-invalid={wrong === 'reason'}
          onInput={(event) => change({ reason: event.currentTarget.value })}
        />
        {said('reason')}
      </label>
      <label class="field">
        <span>{t('plates.note')}</span>
        <input
          name="note"
          value={draft.note}
          autoComplete="off"
          aria-invalid={wrong === 'note'}
          onInput={(event) => change({ note: event.currentTarget.value })}
        />
        {said('note')}
      </label>
      <MomentField
        label={t('plates.expires')}
        kind="day"
        name="expires_at"
        value={draft.lastDay}
        min={today}
        isWrong={wrong === 'expires_at'}
        onChange={(lastDay) => change({ lastDay })}
      >
        {said('expires_at') || <small>{t('plates.expires.hint')}</small>}
      </MomentField>
      {failure !== null && (
        <p class="wrong" role="alert">
          {t('plates.failed', { detail: failure })}
        </p>
      )}
      <div class="form-tools">
        <button type="submit" class="tool go" disabled={isSaving}>
          {t('plates.save')}
        </button>
        {onCancel && (
          <button type="button" class="quiet-button" onClick={onCancel}>
            {t('plates.cancel')}
          </button>
        )}
      </div>
    </form>
  );
}
