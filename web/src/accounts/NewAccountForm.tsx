import { useState } from 'preact/hooks';
import { addAccount } from '../api/accounts';
import type { Camera, Role } from '../api/types';
import { Field, Form } from '../session/Form';
import { NewPasswordField } from '../session/NewPassword';
import { explain } from './explain';
import { RoleAndCameras } from './RoleAndCameras';

interface Props {
  cameras: readonly Camera[];
  onAdded: (name: string) => void;
}

export function NewAccountForm({ cameras, onAdded }: Props) {
  const [name, setName] = useState('');
  const [password, setPassword] = useState('');
  const [role, setRole] = useState<Role>('guard');
  const [chosen, setChosen] = useState<string[] | null>(null);
  return (
    <section class="card account-new">
      <Form
        title="accounts.add"
        action="accounts.add.do"
        send={async () => {
          await addAccount({ name: name.trim(), role, password, cameras: chosen });
          onAdded(name.trim());
          setName('');
          setPassword('');
          setRole('guard');
          setChosen(null);
        }}
        explain={explain}
      >
        {(wrong) => (
          <>
            <Field
              name="name"
              label="door.name"
              hint="door.name.hint"
              value={name}
              onValue={setName}
              wrong={wrong}
              autoComplete="off"
            />
            <RoleAndCameras
              id="new"
              role={role}
              onRole={setRole}
              chosen={chosen}
              cameras={cameras}
              onChosen={setChosen}
            />
            <NewPasswordField label="door.password" value={password} onValue={setPassword} wrong={wrong} />
          </>
        )}
      </Form>
    </section>
  );
}
