import type { Status } from '../api/types';

type Disk = Status['disk'];
const GB = 1_000_000_000;

export type Told =
  | { key: 'storage.unknown' }
  /** All that is to be kept has room. */
  | { key: 'storage.fits' }
  /** Days until it is full, and how many are kept then. */
  | { key: 'storage.left'; left: string; kept: string }
  /** It is full: so many are kept. */
  | { key: 'storage.full'; kept: string };

/** Whole days, but for the last two: `11`, `1.5`. */
export const days = (count: number): string =>
  count < 2 ? String(Math.round(count * 10) / 10) : String(Math.floor(count));

export const gigabytes = (bytes: number): string => String(Math.round(bytes / GB));

/** How long the disk lasts, as it is told. */
export function forecastOf({ days_left, days_kept, reach }: Disk): Told {
  if (reach !== null && days_left === null) return { key: 'storage.fits' };
  if (days_left === null || days_kept === null) return { key: 'storage.unknown' };
  if (days_left < 0.1) return { key: 'storage.full', kept: days(days_kept) };
  return { key: 'storage.left', left: days(days_left), kept: days(days_kept) };
}

export interface Reached {
  tier: 'all' | 'motion' | 'alerts';
  /** In days. */
  has: string;
  wanted: string;
  isShort: boolean;
}

/** How far back recordings reach by what they are worth, and whether that is as far as is wanted. */
export function reachOf({ all, motion, alerts }: NonNullable<Disk['reach']>): Reached[] {
  const tiers = [
    { tier: 'all' as const, of: all },
    { tier: 'motion' as const, of: motion },
  ];
  return [...tiers, ...(alerts ? [{ tier: 'alerts' as const, of: alerts }] : [])].map(({ tier, of }) => ({
    tier,
    has: days(of.days),
    wanted: days(of.wanted_days),
    isShort: of.days < of.wanted_days,
  }));
}
