import type { ComponentChildren } from 'preact';
import { useEffect, useId, useRef, useState } from 'preact/hooks';
import { ApiError } from '../api/client';
import type { Key } from '../i18n';
import { useSession } from './session';
import './door.css';

/** What went wrong, as it is told: words of this page, or of the appliance where this page has none. */
export type Mistake = { key: Key; field: string | null } | { text: string };

/** Tells what the appliance answered; `null` leaves it to the words that the appliance sent. */
export type Explain = (error: ApiError) => { key: Key; field: string | null } | null;

export function mistakeOf(error: unknown, explain: Explain): Mistake {
  if (!(error instanceof ApiError)) return { key: 'door.unreachable', field: null };
  if (error.status === 429) return { key: 'door.locked', field: null };
  return explain(error) ?? { text: error.message };
}

interface FormProps {
  title: Key;
  /** Of the button that sends it. */
  action: Key;
  /** What is wrong before it is sent; null for nothing. */
  check?: (() => Mistake | null) | undefined;
  send: () => Promise<void>;
  explain: Explain;
  onCancel?: (() => void) | undefined;
  children: (wrong: string | null) => ComponentChildren;
}

/** A few fields and a button; what is refused is said above the button, and its field gets the focus. */
export function Form({ title, action, check, send, explain, onCancel, children }: FormProps) {
  const { t } = useSession();
  const [mistake, setMistake] = useState<Mistake | null>(null);
  const [isSending, setSending] = useState(false);
  const form = useRef<HTMLFormElement>(null);
  const wrong = mistake && 'field' in mistake ? mistake.field : null;

  useEffect(() => {
    if (wrong) form.current?.querySelector<HTMLInputElement>(`[name=${wrong}]`)?.focus();
  }, [mistake, wrong]);

  const submit = async () => {
    const found = check?.() ?? null;
    setMistake(found);
    if (found) return;
    setSending(true);
    try {
      await send();
    } catch (error) {
      setMistake(mistakeOf(error, explain));
    } finally {
      setSending(false);
    }
  };
  return (
    <form
      ref={form}
      class="door-form"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        if (!isSending) void submit();
      }}
    >
      <h2>{t(title)}</h2>
      {children(wrong)}
      <p class="wrong" role="alert">
        {mistake && ('key' in mistake ? t(mistake.key) : mistake.text)}
      </p>
      <div class="door-actions">
        <button type="submit" class="tool door-send" disabled={isSending}>
          {t(action)}
        </button>
        {onCancel && (
          <button type="button" class="quiet-button" onClick={onCancel}>
            {t('door.cancel')}
          </button>
        )}
      </div>
    </form>
  );
}

interface FieldProps {
  name: string;
  label: Key;
  hint?: Key | undefined;
  value: string;
  onValue: (value: string) => void;
  wrong: string | null;
  isSecret?: boolean;
  /** What browsers may fill in. */
  autoComplete: string;
  isFirst?: boolean;
  isNumber?: boolean;
  /** Told below it. */
  children?: ComponentChildren;
}

export function Field(props: FieldProps) {
  const { t } = useSession();
  const id = useId();
  const [isShown, setShown] = useState(false);
  const input = useRef<HTMLInputElement>(null);
  const { isFirst } = props;
  useEffect(() => {
    if (isFirst) input.current?.focus();
  }, [isFirst]);
  const field = (
    <input
      ref={input}
      id={id}
      name={props.name}
      type={props.isSecret && !isShown ? 'password' : 'text'}
      value={props.value}
      maxLength={200}
      autoComplete={props.autoComplete}
      autoCapitalize="none"
      spellcheck={false}
      inputMode={props.isNumber ? 'numeric' : undefined}
      aria-invalid={props.wrong === props.name}
      aria-describedby={props.hint && `${id}-hint`}
      onInput={(event) => props.onValue(event.currentTarget.value)}
    />
  );
  return (
    <div class="field">
      <label for={id}>{t(props.label)}</label>
      {props.isSecret ? (
        <div class="secret-field">
          {field}
          <button
            type="button"
            class="quiet-button"
            aria-label={t(isShown ? 'door.hide' : 'door.show', { label: t(props.label) })}
            aria-controls={id}
            onClick={() => setShown((is) => !is)}
          >
            {t(isShown ? 'door.hide.short' : 'door.show.short')}
          </button>
        </div>
      ) : (
        field
      )}
      {props.hint && <small id={`${id}-hint`}>{t(props.hint)}</small>}
      {props.children}
    </div>
  );
}
