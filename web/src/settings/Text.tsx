import { useSession } from '../session/session';
import type { Refusal } from './useSettings';

interface Props {
  /** As the appliance calls it where it refuses it. */
  name: string;
  label: string;
  value: string;
  onValue: (value: string) => void;
  refusal?: Refusal | null;
  hint?: string;
  placeholder?: string;
  type?: 'text' | 'password' | 'number';
  isDisabled?: boolean;
  min?: number;
}

/** Whether what was refused is this field, or a part of it. */
export const isAt = (refusal: Refusal | null | undefined, name: string): boolean =>
  refusal?.field === name || (refusal?.field?.startsWith(`${name}/`) ?? false);

/** A field with its label, and what is wrong with it said below it. */
export function Text(props: Props) {
  const { t } = useSession();
  const { name, refusal = null, hint } = props;
  const wrong = isAt(refusal, name) ? refusal : null;
  const id = `set-${name.replaceAll('/', '-')}`;
  return (
    <label class="field">
      <span>{props.label}</span>
      <input
        name={name}
        type={props.type ?? 'text'}
        value={props.value}
        placeholder={props.placeholder}
        maxLength={300}
        min={props.min}
        disabled={props.isDisabled}
        autoComplete={props.type === 'password' ? 'new-password' : 'off'}
        autoCapitalize="none"
        spellcheck={false}
        aria-invalid={wrong !== null}
        aria-describedby={wrong || hint ? id : undefined}
        onInput={(event) => props.onValue(event.currentTarget.value)}
      />
      {wrong ? (
        <small class="wrong" id={id} role="alert">
          {t('settings.wrong', { detail: wrong.detail })}
        </small>
      ) : (
        hint && <small id={id}>{hint}</small>
      )}
    </label>
  );
}
