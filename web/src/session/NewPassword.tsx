import { useState } from 'preact/hooks';
import type { Key } from '../i18n';
import { Field, type Mistake } from './Form';
import { FEWEST, GOOD, lengthOf } from './length';
import { useSession } from './session';

/** A password that is being chosen, typed twice. */
export interface NewPasswordDraft {
  password: string;
  again: string;
  setPassword: (password: string) => void;
  setAgain: (again: string) => void;
  /** What is wrong with it before it is sent. */
  check: () => Mistake | null;
}

export function useNewPassword(): NewPasswordDraft {
  const [password, setPassword] = useState('');
  const [again, setAgain] = useState('');
  const check = () => (password === again ? null : { key: 'door.again.wrong' as const, field: 'again' });
  return { password, again, setPassword, setAgain, check };
}

interface FieldProps {
  label: Key;
  value: string;
  onValue: (password: string) => void;
  wrong: string | null;
  isFirst?: boolean;
}

/** A password that somebody chooses, and whether it is long enough yet. */
export function NewPasswordField(props: FieldProps) {
  return (
    <Field {...props} name="password" hint="door.password.hint" autoComplete="new-password" isSecret>
      <PasswordLength password={props.value} />
    </Field>
  );
}

function PasswordLength({ password }: { password: string }) {
  const { t } = useSession();
  const length = lengthOf(password);
  return (
    <span class={`password-length ${length.verdict}`} role="status">
      <meter
        min={0}
        max={GOOD}
        low={FEWEST}
        high={GOOD - 1}
        optimum={GOOD}
        value={length.value}
        aria-hidden="true"
      />
      {password !== '' && t(`door.length.${length.verdict}`, { count: FEWEST - length.value })}
    </span>
  );
}

interface Props {
  draft: NewPasswordDraft;
  label: Key;
  wrong: string | null;
}

/** Its two fields. */
export function NewPassword({ draft, label, wrong }: Props) {
  return (
    <>
      <NewPasswordField label={label} value={draft.password} onValue={draft.setPassword} wrong={wrong} />
      <Field
        name="again"
        label="door.again"
        value={draft.again}
        onValue={draft.setAgain}
        wrong={wrong}
        autoComplete="new-password"
        isSecret
      />
    </>
  );
}
