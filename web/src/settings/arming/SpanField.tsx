import { useSession } from '../../session/session';
import { isAt } from '../Text';
import type { Refusal } from '../useSettings';
import { endsOf, spanOf } from './parts';

interface Props {
  name: string;
  label: string;
  span: string;
  refusal: Refusal | null;
  onSpan: (span: string) => void;
}

/** Browsers would show 06:00 PM where theirs is another country. */
const CLOCK = { type: 'text', inputMode: 'numeric', maxLength: 5, size: 6, placeholder: '18:00' } as const;

/** From one time of day to another. */
export function SpanField({ name, label, span, refusal, onSpan }: Props) {
  const { t } = useSession();
  const { from, to } = endsOf(span);
  const isWrong = isAt(refusal, name);
  return (
    <fieldset class="span-field">
      <legend>{label}</legend>
      <input
        {...CLOCK}
        name={name}
        aria-label={t('arming_set.from')}
        aria-invalid={isWrong}
        value={from}
        onInput={(event) => onSpan(spanOf(event.currentTarget.value, to))}
      />
      <span aria-hidden="true">–</span>
      <input
        {...CLOCK}
        aria-label={t('arming_set.to')}
        aria-invalid={isWrong}
        value={to}
        onInput={(event) => onSpan(spanOf(from, event.currentTarget.value))}
      />
      {isWrong && (
        <small class="wrong" role="alert">
          {refusal?.detail}
        </small>
      )}
    </fieldset>
  );
}
