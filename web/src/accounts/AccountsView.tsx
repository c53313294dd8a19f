import { useCallback, useEffect, useState } from 'preact/hooks';
import { getAccounts } from '../api/accounts';
import type { Account, Camera } from '../api/types';
import { Icon } from '../icons';
import { useSession } from '../session/session';
import { AccountRow } from './AccountRow';
import { NewAccountForm } from './NewAccountForm';
import './accounts.css';

interface Props {
  cameras: readonly Camera[];
  onClose: () => void;
}

/** Who may sign in, and what they may do: kept by administrators. */
export function AccountsView({ cameras, onClose }: Props) {
  const { t, me } = useSession();
  const [accounts, setAccounts] = useState<readonly Account[] | null>(null);
  const [failure, setFailure] = useState<string | null>(null);
  const [told, setTold] = useState<string | null>(null);
  const isAdmin = me?.permissions.includes('administer') ?? false;
  const load = useCallback(async (signal?: AbortSignal) => {
    try {
      const found = await getAccounts(signal);
      setAccounts(found);
      setFailure(null);
    } catch (error) {
      if (!signal?.aborted) setFailure(error instanceof Error ? error.message : String(error));
    }
  }, []);
  useEffect(() => {
    if (!isAdmin) return undefined;
    const abort = new AbortController();
    void load(abort.signal);
    return () => abort.abort();
  }, [load, isAdmin]);
  const onChanged = (words: string) => {
    setTold(words);
    void load();
  };
  return (
    <main class="accounts" aria-label={t('accounts.title')}>
      <div class="accounts-head">
        <button type="button" class="tool" onClick={onClose}>
          <Icon name="back" /> {t('accounts.back')}
        </button>
        <h2>{t('accounts.title')}</h2>
      </div>
      {isAdmin ? (
        <>
          <p class="accounts-told" role="status">
            {told}
          </p>
          {failure !== null && (
            <p class="wrong" role="alert">
              {t('accounts.failed', { detail: failure })}
            </p>
          )}
          <div class="accounts-parts">
            <ul class="accounts-list">
              {accounts?.map((account) => (
                <AccountRow key={account.id} account={account} cameras={cameras} onChanged={onChanged} />
              ))}
            </ul>
            <NewAccountForm cameras={cameras} onAdded={(name) => onChanged(t('accounts.done', { name }))} />
          </div>
        </>
      ) : (
        <p>{t('accounts.refused')}</p>
      )}
    </main>
  );
}
