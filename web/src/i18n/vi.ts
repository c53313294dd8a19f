import { account } from './vi/account';
import { alert } from './vi/alert';
import { camera } from './vi/camera';
import { page } from './vi/page';
import { recordings } from './vi/recordings';
import { search } from './vi/search';
import { settings } from './vi/settings';
import { vehicle } from './vi/vehicle';

/** The reference dictionary: `en` must have exactly these keys. {n} and the like are filled in by `t`. */
export const vi = {
  ...account,
  ...alert,
  ...camera,
  ...page,
  ...recordings,
  ...search,
  ...settings,
  ...vehicle,
} as const;
