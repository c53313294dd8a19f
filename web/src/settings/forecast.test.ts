import { expect, test } from 'vitest';
import { days, forecastOf, reachOf } from './forecast';

const disk = (days_left: number | null, days_kept: number | null) => ({
  state: 'ok' as const,
  used_bytes: 0,
  quota_bytes: 0,
  kept_bytes: 0,
  days_left,
  days_kept,
  reach: null,
  key_frames_only: false,
  slow: null,
  trouble: null,
});

test('days are whole, but for the last', () => {
  expect([11.9, 2, 1.46, 0.04].map(days)).toEqual(['11', '2', '1.5', '0']);
});

test('a full disk says how far back it reaches', () => {
  expect(forecastOf(disk(11.3, 12.7))).toEqual({ key: 'storage.left', left: '11', kept: '12' });
  expect(forecastOf(disk(0, 12.7))).toEqual({ key: 'storage.full', kept: '12' });
  expect(forecastOf(disk(null, null))).toEqual({ key: 'storage.unknown' });
});

test('each worth says how far back it reaches, and whether that is far enough', () => {
  const share = (days: number, wanted_days: number) => ({ days, wanted_days });
  const reach = { all: share(1.25, 3), motion: share(14, 14), alerts: null };
  expect(forecastOf({ ...disk(0, 14), reach })).toEqual({ key: 'storage.full', kept: '14' });
  expect(forecastOf({ ...disk(null, 14), reach })).toEqual({ key: 'storage.fits' });
  expect(reachOf(reach)).toEqual([
    { tier: 'all', has: '1.3', wanted: '3', isShort: true },
    { tier: 'motion', has: '14', wanted: '14', isShort: false },
  ]);
  expect(reachOf({ ...reach, alerts: share(89, 90) }).at(-1)).toEqual({
    tier: 'alerts',
    has: '89',
    wanted: '90',
    isShort: true,
  });
});
