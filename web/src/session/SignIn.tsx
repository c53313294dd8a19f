import { useState } from 'preact/hooks';
import { signIn } from '../api/client';
import type { Me } from '../api/types';
import { Field, Form, type Explain } from './Form';

/** Name and password and, once they are known to be right, the digits of the second factor. */
export function SignIn({ onEntered }: { onEntered: (me: Me) => void }) {
  const [name, setName] = useState('');
  const [password, setPassword] = useState('');
  const [code, setCode] = useState('');
  const [wantsCode, setWantsCode] = useState(false);

  const explain: Explain = (error) => {
    if (error.field === 'totp') {
      setWantsCode(true);
      return { key: code.trim() ? 'door.code.wrong' : 'door.code.wanted', field: 'totp' };
    }
    return error.status === 401 ? { key: 'door.wrong', field: 'password' } : null;
  };
  return (
    <Form
      title="door.sign_in"
      action="door.sign_in"
      send={async () =>
        onEntered(await signIn(name.trim(), password, wantsCode && code.trim() ? code.trim() : null))
      }
      explain={explain}
    >
      {(wrong) => (
        <>
          <Field
            name="name"
            label="door.name"
            value={name}
            onValue={setName}
            wrong={wrong}
            autoComplete="username"
            isFirst
          />
          <Field
            name="password"
            label="door.password"
            value={password}
            onValue={setPassword}
            wrong={wrong}
            autoComplete="current-password"
            isSecret
          />
          {wantsCode && (
            <Field
              name="totp"
              label="door.code"
              hint="door.code.hint"
              value={code}
              onValue={setCode}
              wrong={wrong}
              autoComplete="one-time-code"
              isNumber
              isFirst
            />
          )}
        </>
      )}
    </Form>
  );
}
