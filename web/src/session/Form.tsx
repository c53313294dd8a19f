import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
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
}

export function Field(props: FieldProps) {
  const { t } = useSession();
  const input = useRef<HTMLInputElement>(null);
  const { isFirst } = props;
  useEffect(() => {
    if (isFirst) input.current?.focus();
  }, [isFirst]);
  return (
    <label class="field">
      <span>{t(props.label)}</span>
      <input
        ref={input}
        name={props.name}
        type={props.isSecret ? 'password' : 'text'}
        value={props.value}
        maxLength={200}
        autoComplete={props.autoComplete}
        autoCapitalize="none"
        spellcheck={false}
        inputMode={props.isNumber ? 'numeric' : undefined}
        aria-invalid={props.wrong === props.name}
        onInput={(event) => props.onValue(event.currentTarget.value)}
      />
      {props.hint && <small>{t(props.hint)}</small>}
    </label>
  );
}
