import type { Status } from '../api/types';
import type { Key, Values } from '../i18n';

type Disk = Pick<Status['disk'], 'state' | 'key_frames_only' | 'slow'>;

export interface DiskWords {
  kind: 'warning' | 'critical';
  key: Key;
  values: Values;
}

/** What is wrong with the disk of recordings; null while nothing is. Video that comes late is no loss yet. */
export function diskWords({ state, key_frames_only, slow }: Disk): DiskWords | null {
  if (state === 'ok') return null;
  if (key_frames_only) return { kind: 'critical', key: 'banner.disk.key_frames', values: {} };
  if (state !== 'slow' || slow === null) return { kind: 'critical', key: `banner.disk.${state}`, values: {} };
  const values = { seconds: Math.round(slow.waited_seconds), pictures: slow.lost_pictures };
  return slow.lost_pictures > 0
    ? { kind: 'critical', key: 'banner.disk.slow.lost', values }
    : { kind: 'warning', key: 'banner.disk.slow', values };
}
