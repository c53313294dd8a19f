import { useState } from 'preact/hooks';
import { changePassword } from '../api/client';
import { Field, Form, type Explain } from '../session/Form';

const explain: Explain = (error) => {
  if (error.field === 'current') return { key: 'account.password.wrong', field: 'current' };
  return error.field === 'password' ? { key: 'door.password.hint', field: 'password' } : null;
};

/** One's own password. */
export function PasswordForm({ onDone }: { onDone: () => void }) {
  const [current, setCurrent] = useState('');
  const [password, setPassword] = useState('');
  const [again, setAgain] = useState('');
  return (
    <Form
      title="account.password"
      action="account.password.set"
      check={() => (password === again ? null : { key: 'door.again.wrong', field: 'again' })}
      send={async () => {
        await changePassword(current, password);
        onDone();
      }}
      explain={explain}
      onCancel={onDone}
    >
      {(wrong) => (
        <>
          <Field
            name="current"
            label="account.password.current"
            value={current}
            onValue={setCurrent}
            wrong={wrong}
            autoComplete="current-password"
            isSecret
            isFirst
          />
          <Field
            name="password"
            label="account.password.new"
            hint="door.password.hint"
            value={password}
            onValue={setPassword}
            wrong={wrong}
            autoComplete="new-password"
            isSecret
          />
          <Field
            name="again"
            label="door.again"
            value={again}
            onValue={setAgain}
            wrong={wrong}
            autoComplete="new-password"
            isSecret
          />
        </>
      )}
    </Form>
  );
}
