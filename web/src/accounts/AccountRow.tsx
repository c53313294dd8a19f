import { useState } from 'preact/hooks';
import { changeAccount, removeAccount, type AccountChange } from '../api/accounts';
import { ApiError } from '../api/client';
import type { Account, Camera } from '../api/types';
import { Icon } from '../icons';
import { useSession } from '../session/session';
import { dateTimeOf } from '../time';
import { ChangeForm, PasswordOfForm } from './forms';

interface Props {
  account: Account;
  cameras: readonly Camera[];
  /** In words, what was done. */
  onChanged: (words: string) => void;
}

type Open = 'change' | 'password' | 'remove' | null;

/** One account, and what can be done with it. */
export function AccountRow({ account, cameras, onChanged }: Props) {
  const { t, me, language } = useSession();
  const [open, setOpen] = useState<Open>(null);
  const [failure, setFailure] = useState<string | null>(null);
  const { id, name, role, disabled_at } = account;
  const toggle = (part: Open) => () => setOpen((old) => (old === part ? null : part));
  const saved = () => {
    setOpen(null);
    setFailure(null);
    onChanged(t('accounts.done', { name }));
  };
  const failed = (error: unknown) =>
    setFailure(
      error instanceof ApiError && error.status === 409
        ? t('accounts.last_admin')
        : error instanceof Error
          ? error.message
          : String(error),
    );
  const change = (wanted: AccountChange) => () => void changeAccount(id, wanted).then(saved, failed);
  const remove = () => void removeAccount(id).then(() => onChanged(t('accounts.removed', { name })), failed);
  return (
    <li class={`card account-row ${disabled_at ? 'account-disabled' : ''}`} data-account={name}>
      <div class="account-words">
        <Icon name="user" />
        <strong>{name}</strong>
        {name === me?.name && <small>({t('accounts.self')})</small>}
        <span>{t(`role.${role}`)}</span>
        <small>{seen(account, cameras, t('accounts.cameras.all'), t('accounts.cameras.none'))}</small>
        {account.totp && <small>{t('accounts.factor')}</small>}
        {disabled_at && (
          <small class="account-off">
            {t('accounts.disabled', { time: dateTimeOf(disabled_at, language) })}
          </small>
        )}
      </div>
      <div class="account-tools" role="group" aria-label={name}>
        <button type="button" class="tool" aria-expanded={open === 'change'} onClick={toggle('change')}>
          {t('accounts.change')}
        </button>
        <button type="button" class="tool" aria-expanded={open === 'password'} onClick={toggle('password')}>
          {t('accounts.password')}
        </button>
        <button type="button" class="tool" onClick={change({ disabled: !disabled_at })}>
          {t(disabled_at ? 'accounts.enable' : 'accounts.disable')}
        </button>
        {account.totp && (
          <button type="button" class="tool" onClick={change({ totp: false })}>
            {t('accounts.factor.remove')}
          </button>
        )}
        <button type="button" class="tool" aria-expanded={open === 'remove'} onClick={toggle('remove')}>
          {t('accounts.remove')}
        </button>
      </div>
      <p class="wrong" role="alert">
        {failure}
      </p>
      {open === 'change' && (
        <ChangeForm account={account} cameras={cameras} onDone={saved} onCancel={() => setOpen(null)} />
      )}
      {open === 'password' && (
        <PasswordOfForm account={account} onDone={saved} onCancel={() => setOpen(null)} />
      )}
      {open === 'remove' && (
        <p class="account-sure">
          {t('accounts.remove.sure', { name })}
          <button type="button" class="tool danger" onClick={remove}>
            {t('accounts.remove')}
          </button>
          <button type="button" class="quiet-button" onClick={() => setOpen(null)}>
            {t('door.cancel')}
          </button>
        </p>
      )}
    </li>
  );
}

function seen({ cameras: ids }: Account, cameras: readonly Camera[], all: string, none: string): string {
  if (ids === null) return all;
  const names = ids.map((id) => cameras.find((camera) => camera.id === id)?.name ?? id);
  return names.length === 0 ? none : names.join(', ');
}
