import { useState } from 'preact/hooks';
import { changeAccount } from '../api/accounts';
import type { Account, Camera } from '../api/types';
import { Form } from '../session/Form';
import { NewPasswordField } from '../session/NewPassword';
import { useSession } from '../session/session';
import { explain } from './explain';
import { RoleAndCameras } from './RoleAndCameras';

interface Props {
  account: Account;
  onDone: () => void;
  onCancel: () => void;
}

/** Another role, other cameras. */
export function ChangeForm({ account, cameras, onDone, onCancel }: Props & { cameras: readonly Camera[] }) {
  const [role, setRole] = useState(account.role);
  const [chosen, setChosen] = useState<string[] | null>(account.cameras);
  return (
    <Form
      title="accounts.change"
      action="accounts.save"
      send={async () => {
        const isSame = JSON.stringify(chosen) === JSON.stringify(account.cameras);
        await changeAccount(account.id, isSame ? { role } : { role, cameras: chosen });
        onDone();
      }}
      explain={explain}
      onCancel={onCancel}
    >
      {() => (
        <RoleAndCameras
          id={account.id}
          role={role}
          onRole={setRole}
          chosen={chosen}
          cameras={cameras}
          onChosen={setChosen}
        />
      )}
    </Form>
  );
}

/** A new password for who has forgotten theirs. */
export function PasswordOfForm({ account, onDone, onCancel }: Props) {
  const { t } = useSession();
  const [password, setPassword] = useState('');
  return (
    <Form
      title="accounts.password"
      action="accounts.save"
      send={async () => {
        await changeAccount(account.id, { password });
        onDone();
      }}
      explain={explain}
      onCancel={onCancel}
    >
      {(wrong) => (
        <>
          <p class="soft">{t('accounts.password.words')}</p>
          <NewPasswordField
            label="account.password.new"
            value={password}
            onValue={setPassword}
            wrong={wrong}
            isFirst
          />
        </>
      )}
    </Form>
  );
}
