import { useState } from 'preact/hooks';
import type { Key } from '../i18n';
import { Field, type Mistake } from './Form';

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

interface Props {
  draft: NewPasswordDraft;
  label: Key;
  wrong: string | null;
}

/** Its two fields. */
export function NewPassword({ draft, label, wrong }: Props) {
  return (
    <>
      <Field
        name="password"
        label={label}
        hint="door.password.hint"
        value={draft.password}
        onValue={draft.setPassword}
        wrong={wrong}
        autoComplete="new-password"
        isSecret
      />
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
