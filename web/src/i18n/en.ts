import { account } from './en/account';
import { accounts } from './en/accounts';
import { alert } from './en/alert';
import { camera } from './en/camera';
import { page } from './en/page';
import { response } from './en/response';
import { shift } from './en/shift';
import { vehicle } from './en/vehicle';
import type { Dictionary } from './index';

export const en: Dictionary = {
  ...account,
  ...accounts,
  ...alert,
  ...camera,
  ...page,
  ...response,
  ...shift,
  ...vehicle,
};
