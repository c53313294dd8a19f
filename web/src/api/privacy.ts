import { getJson } from './client';
import type { components } from './schema';

export type PrivacyNotice = components['schemas']['PrivacyNotice'];

export const getPrivacy = (signal: AbortSignal) => getJson<PrivacyNotice>('/privacy', signal);
