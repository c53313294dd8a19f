import { account } from './vi/account';
import { accounts } from './vi/accounts';
import { alert } from './vi/alert';
import { audit } from './vi/audit';
import { camera } from './vi/camera';
import { page } from './vi/page';
import { privacy } from './vi/privacy';
import { recordings } from './vi/recordings';
import { response } from './vi/response';
import { search } from './vi/search';
import { settings } from './vi/settings';
import { shift } from './vi/shift';
import { storage } from './vi/storage';
import { vehicle } from './vi/vehicle';
import { zones } from './vi/zones';

/** The reference dictionary: `en` must have exactly these keys. {n} and the like are filled in by `t`. */
export const vi = {
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
} as const;
