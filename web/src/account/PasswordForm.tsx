import { useState } from 'preact/hooks';
import { changePassword } from '../api/client';
import { Field, Form, type Explain } from '../session/Form';
import { NewPassword, useNewPassword } from '../session/NewPassword';

const explain: Explain = (error) => {
  if (error.field === 'current') return { key: 'account.password.wrong', field: 'current' };
  return error.field === 'password' ? { key: 'door.password.hint', field: 'password' } : null;
};

/** One's own password. */
export function PasswordForm({ onDone }: { onDone: () => void }) {
  const [current, setCurrent] = useState('');
  const draft = useNewPassword();
  return (
    <Form
      title="account.password"
      action="account.password.set"
      check={draft.check}
      send={async () => {
        await changePassword(current, draft.password);
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
          <NewPassword draft={draft} label="account.password.new" wrong={wrong} />
        </>
      )}
    </Form>
  );
}
