import { expect, test } from 'vitest';
import { diskWords } from './disk';

const sound = { state: 'ok', key_frames_only: false, slow: null } as const;
const slow = (waited_seconds: number, lost_pictures: number) =>
  ({ ...sound, state: 'slow', slow: { waited_seconds, lost_pictures } }) as const;

test('of a disk that is well nothing is said', () => {
  expect(diskWords(sound)).toBeNull();
});

test('a slow disk is a warning until it costs pictures', () => {
  expect(diskWords(slow(3.6, 0))).toEqual({
    kind: 'warning',
    key: 'banner.disk.slow',
    values: { seconds: 4, pictures: 0 },
  });
  expect(diskWords(slow(31.2, 250))).toEqual({
    kind: 'critical',
    key: 'banner.disk.slow.lost',
    values: { seconds: 31, pictures: 250 },
  });
});

test('whatever else is wrong with it comes first', () => {
  const full = { ...slow(9, 9), state: 'full' } as const;
  expect(diskWords(full)?.key).toBe('banner.disk.full');
  expect(diskWords({ ...full, key_frames_only: true })?.key).toBe('banner.disk.key_frames');
});
