import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Me } from '../api/types';
import { Icon } from '../icons';
import { useSession } from '../session/session';
import { FactorForm } from './FactorForm';
import { PasswordForm } from './PasswordForm';
import './account.css';

export interface AccountProps {
  me: Me;
  onMe: (me: Me) => void;
  onSignOut: (everywhere: boolean) => void;
}

interface Props extends AccountProps {
  /** Shows all accounts. */
  onAccounts: () => void;
  /** Shows who did what. */
  onAudit: () => void;
}

/** Who is signed in; their password and second factor; the way out. */
export function AccountMenu({ me, onMe, onSignOut, onAccounts, onAudit }: Props) {
  const { t } = useSession();
  const [form, setForm] = useState<'password' | 'factor' | null>(null);
  const menu = useRef<HTMLDetailsElement>(null);

  const close = () => menu.current?.removeAttribute('open');
  useEffect(() => {
    const elsewhere = (event: Event) => {
      if (event.target instanceof Node && !menu.current?.contains(event.target)) close();
    };
    addEventListener('pointerdown', elsewhere);
    return () => removeEventListener('pointerdown', elsewhere);
  }, []);
  const choose = (action: () => void) => () => {
    close();
    action();
  };
  return (
    <>
      <details class="account" ref={menu}>
        <summary class="tool" aria-label={t('account.label', { name: me.name })} title={me.name}>
          <Icon name="user" />
          <span>{me.name}</span>
        </summary>
        <div class="account-menu">
          <p>
            <strong>{me.name}</strong> <small>{t(`role.${me.role}`)}</small>
          </p>
          <button type="button" onClick={choose(() => setForm('password'))}>
            {t('account.password')}
          </button>
          <button type="button" onClick={choose(() => setForm('factor'))}>
            {t('account.factor')}
          </button>
          {me.permissions.includes('administer') && (
            <button type="button" class="account-all" onClick={choose(onAccounts)}>
              {t('accounts.open')}
            </button>
          )}
          {me.permissions.includes('audit') && (
            <button type="button" class="account-audit" onClick={choose(onAudit)}>
              {t('audit.open')}
            </button>
          )}
          <button type="button" onClick={choose(() => onSignOut(true))}>
            {t('account.out.everywhere')}
          </button>
          <button type="button" class="account-out" onClick={choose(() => onSignOut(false))}>
            {t('account.out')}
          </button>
        </div>
      </details>
      {form && (
        <Modal onClose={() => setForm(null)}>
          {form === 'password' && <PasswordForm onDone={() => setForm(null)} />}
          {form === 'factor' && (
            <FactorForm
              me={me}
              onMe={(changed) => {
                onMe(changed);
                setForm(null);
              }}
              onCancel={() => setForm(null)}
            />
          )}
        </Modal>
      )}
    </>
  );
}

function Modal({ onClose, children }: { onClose: () => void; children: ComponentChildren }) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog ref={dialog} class="account-dialog" onClose={onClose}>
      {children}
    </dialog>
  );
}
