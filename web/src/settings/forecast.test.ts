import { expect, test } from 'vitest';
import { days, forecastOf } from './forecast';

const disk = (days_left: number | null, days_kept: number | null) => ({
  state: 'ok' as const,
  used_bytes: 0,
  quota_bytes: 0,
  kept_bytes: 0,
  days_left,
  days_kept,
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
