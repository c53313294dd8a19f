import type { Status } from '../api/types';

type Disk = Status['disk'];
const GB = 1_000_000_000;

export type Told =
  | { key: 'storage.unknown' }
  /** Days until it is full, and how many are kept then. */
  | { key: 'storage.left'; left: string; kept: string }
  /** It is full: so many are kept. */
  | { key: 'storage.full'; kept: string };

/** Whole days, but for the last two: `11`, `1.5`. */
export const days = (count: number): string =>
  count < 2 ? String(Math.round(count * 10) / 10) : String(Math.floor(count));

export const gigabytes = (bytes: number): string => String(Math.round(bytes / GB));

/** How long the disk lasts, as it is told. */
export function forecastOf({ days_left, days_kept }: Disk): Told {
  if (days_left === null || days_kept === null) return { key: 'storage.unknown' };
  if (days_left < 0.1) return { key: 'storage.full', kept: days(days_kept) };
  return { key: 'storage.left', left: days(days_left), kept: days(days_kept) };
}
