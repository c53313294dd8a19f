import { getJson, send } from './client';
import type { Account, Role } from './types';

export interface WantedAccount {
  name: string;
  role: Role;
  password: string;
  /** The only ones that it may see; null for all. */
  cameras: string[] | null;
}

/** What is to change; the rest stays. */
export interface AccountChange {
  role?: Role;
  cameras?: string[] | null;
  disabled?: boolean;
  password?: string;
  /** Only to be taken away. */
  totp?: false;
}

export async function getAccounts(signal?: AbortSignal): Promise<Account[]> {
  return (await getJson<{ items: Account[] }>('/accounts', signal)).items;
}
export async function addAccount({ cameras, ...account }: WantedAccount): Promise<void> {
  await send('POST', '/accounts', cameras === null ? account : { ...account, cameras });
}
export async function changeAccount(id: string, change: AccountChange): Promise<void> {
  await send('PATCH', `/accounts/${encodeURIComponent(id)}`, change);
}
export async function removeAccount(id: string): Promise<void> {
  await send('DELETE', `/accounts/${encodeURIComponent(id)}`);
}
