import { account } from './en/account';
import { accounts } from './en/accounts';
import { alert } from './en/alert';
import { audit } from './en/audit';
import { camera } from './en/camera';
import { page } from './en/page';
import { privacy } from './en/privacy';
import { recordings } from './en/recordings';
import { response } from './en/response';
import { search } from './en/search';
import { settings } from './en/settings';
import { shift } from './en/shift';
import { storage } from './en/storage';
import { vehicle } from './en/vehicle';
import { zones } from './en/zones';
import type { Dictionary } from './index';

export const en: Dictionary = {
  ...account,
  ...accounts,
  ...alert,
  ...audit,
  ...camera,
  ...page,
  ...privacy,
  ...recordings,
  ...response,
  ...search,
  ...settings,
  ...shift,
  ...storage,
  ...vehicle,
  ...zones,
};
