import { describe, expect, it } from 'vitest';
import { formatRoute, parseRoute } from '../route/route';
import { lookOf, routeOf } from './address';

const AT = Date.parse('2026-02-17T01:30:05+07:00');

describe('the address of a moment', () => {
  it.each([
    [
      '#/recordings/cong?at=2026-02-16T18%3A30%3A05Z&with=kho%2Cbai-xe',
      { cameras: ['cong', 'kho', 'bai-xe'], atMs: AT },
    ],
    ['#/recordings/cong', { cameras: ['cong'], atMs: null }],
    ['#/recordings', { cameras: [], atMs: null }],
  ])('%s is what it says, and is written the same', (hash, look) => {
    expect(lookOf(parseRoute(hash))).toEqual(look);
    expect(formatRoute(routeOf(look))).toBe(hash);
  });

  it('may be written by hand', () => {
    const look = lookOf(parseRoute('#/recordings/a?at=2026-02-17T01:30:05%2B07:00&with=b,,a,b,c,d,e'));
    expect(look).toEqual({ cameras: ['a', 'b', 'c', 'd'], atMs: AT });
    expect(lookOf(parseRoute('#/recordings/a?at=never')).atMs).toBeNull();
  });
});
