import { account } from './en/account';
import { alert } from './en/alert';
import { camera } from './en/camera';
import { page } from './en/page';
import { recordings } from './en/recordings';
import { search } from './en/search';
import { settings } from './en/settings';
import { vehicle } from './en/vehicle';
import type { Dictionary } from './index';

export const en: Dictionary = {
  ...account,
  ...alert,
  ...camera,
  ...page,
  ...recordings,
  ...search,
  ...settings,
  ...vehicle,
};
