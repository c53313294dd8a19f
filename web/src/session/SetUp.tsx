import { useState } from 'preact/hooks';
import { setUp } from '../api/client';
import type { Me } from '../api/types';
import { useSession } from './session';
import { Field, Form, type Explain } from './Form';
import { NewPassword, useNewPassword } from './NewPassword';

interface Props {
  onEntered: (me: Me) => void;
  /** Somebody else was first. */
  onLate: () => void;
}

/** The first administrator, made by whoever has the token that the appliance showed when it started. */
export function SetUp({ onEntered, onLate }: Props) {
  const { t } = useSession();
  const [token, setToken] = useState('');
  const [name, setName] = useState('');
  const draft = useNewPassword();

  const explain: Explain = (error) => {
    if (error.status === 409) onLate();
    if (error.status === 401) return { key: 'door.token.wrong', field: 'token' };
    if (error.field === 'name') return { key: 'door.name.hint', field: 'name' };
    if (error.field === 'password') return { key: 'door.password.hint', field: 'password' };
    return null;
  };
  return (
    <Form
      title="door.set_up"
      action="door.set_up.action"
      check={draft.check}
      send={async () => onEntered(await setUp(token, name.trim(), draft.password))}
      explain={explain}
    >
      {(wrong) => (
        <>
          <p class="soft">{t('door.set_up.words')}</p>
          <Field
            name="token"
            label="door.token"
            value={token}
            onValue={setToken}
            wrong={wrong}
            autoComplete="off"
            isFirst
          />
          <Field
            name="name"
            label="door.name"
            hint="door.name.hint"
            value={name}
            onValue={setName}
            wrong={wrong}
            autoComplete="username"
          />
          <NewPassword draft={draft} label="door.password" wrong={wrong} />
        </>
      )}
    </Form>
  );
}
