import type { ComponentChildren } from 'preact';
import { useId, useRef, useState } from 'preact/hooks';
import { Icon } from '../icons';
import { useSession } from '../session/session';
import { format, isWithin, parse, type Kind } from './moment';
import './moment.css';

interface Props {
  label: string;
  kind: Kind;
  /** `2026-02-17` or `2026-02-17T01:30`; empty for none. */
  value: string;
  onChange: (value: string) => void;
  name?: string;
  /** First and last day. */
  min?: string | undefined;
  max?: string | undefined;
  /** The appliance refused it; what it said stands below. */
  isWrong?: boolean;
  isDisabled?: boolean;
  /** None is no answer: the field may be empty while another is typed. */
  isRequired?: boolean;
  children?: ComponentChildren;
}

/**
 * A day, or a day and a time, typed as in Vietnam or chosen in the browser's calendar. The browser's own field would put
 * the month first wherever the computer speaks English.
 */
export function MomentField({
  label,
  kind,
  value,
  onChange,
  name,
  min,
  max,
  isWrong,
  isDisabled,
  isRequired = false,
  children,
}: Props) {
  const { t } = useSession();
  const id = useId();
  const calendar = useRef<HTMLInputElement>(null);
  // What is being typed while it is no day yet, or no longer.
  const [typed, setTyped] = useState<{ text: string; over: string; isLeft?: boolean } | null>(null);
  const isTyped = typed !== null && typed.over === value;
  const isFine = (found: string | null): found is string =>
    found !== null && isWithin(found, min, max) && !(isRequired && found === '');
  const tell = (text: string) => {
    const found = parse(text, kind);
    const next = isFine(found) ? found : value;
    setTyped({ text, over: next });
    if (next !== value) onChange(next);
  };
  const finish = () => {
    if (!isTyped) return;
    // A day alone is its beginning, where a time is asked for.
    const found = parse(typed.text, kind) ?? parse(`${typed.text} 00:00`, kind);
    if (!isFine(found)) {
      setTyped({ ...typed, isLeft: true });
      return;
    }
    setTyped(null);
    if (found !== value) onChange(found);
  };
  const isNone = isTyped && parse(typed.text, kind) !== value;
  const why = (found: string | null) => {
    if (!found) return t(kind === 'minute' ? 'moment.unread.minute' : 'moment.unread');
    if (min && found.slice(0, 10) < min) return t('moment.too_early', { day: format(min) });
    return t('moment.too_late', { day: format(max ?? '') });
  };
  // Whoever still types needs no telling.
  const isToBeTold = isNone && typed.isLeft === true;
  const hasTime = kind === 'minute' || (kind === 'either' && value.includes('T'));
  return (
    <div class={`field moment-field moment-${kind}`}>
      <label for={id}>{label}</label>
      <span class="moment-input">
        <input
          id={id}
          name={name}
          inputMode="text"
          autoComplete="off"
          spellcheck={false}
          maxLength={20}
          size={kind === 'day' ? 12 : 18}
          placeholder={t(kind === 'minute' ? 'moment.minute' : 'moment.day')}
          value={isTyped ? typed.text : format(value)}
          disabled={isDisabled}
          aria-invalid={isWrong === true || isNone}
          aria-describedby={isToBeTold ? `${id}-wrong` : undefined}
          onInput={(event) => tell(event.currentTarget.value)}
          onBlur={finish}
          onKeyDown={(event) => event.key === 'Enter' && finish()}
        />
        <button
          type="button"
          class="moment-open"
          aria-label={t('moment.choose', { label })}
          title={t('moment.choose', { label })}
          disabled={isDisabled}
          onClick={() => calendar.current?.showPicker()}
        >
          <Icon name="calendar" />
        </button>
        <input
          ref={calendar}
          class="moment-calendar"
          type={hasTime ? 'datetime-local' : 'date'}
          tabIndex={-1}
          aria-hidden="true"
          min={min && (hasTime ? `${min}T00:00` : min)}
          max={max && (hasTime ? `${max}T23:59` : max)}
          value={hasTime ? value.slice(0, 16) : value.slice(0, 10)}
          onChange={(event) => {
            setTyped(null);
            onChange(event.currentTarget.value);
          }}
        />
      </span>
      {isToBeTold && (
        <p class="wrong" id={`${id}-wrong`} role="status">
          {why(parse(typed.text, kind))}
        </p>
      )}
      {children}
    </div>
  );
}
