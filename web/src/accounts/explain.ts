import type { Explain } from '../session/Form';

/** What the appliance refuses of an account. */
export const explain: Explain = (error) => {
  if (error.field === 'name') return { key: 'accounts.name.taken', field: 'name' };
  if (error.field === 'password') return { key: 'door.password.hint', field: 'password' };
  return error.status === 409 ? { key: 'accounts.last_admin', field: null } : null;
};
