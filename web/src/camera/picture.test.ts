import { expect, it } from 'vitest';
import { isFresh } from './picture';

it.each([
  [1000, 6000, true],
  [1000, 6001, false],
  // The camera's clock may be a little ahead of the last heartbeat.
  [2000, 1500, true],
  [null, 1000, false],
  [1000, null, false],
])('a picture of %s at %s is fresh: %s', (atMs, nowMs, fresh) => {
  expect(isFresh({ url: 'blob:x', atMs }, nowMs)).toBe(fresh);
});
