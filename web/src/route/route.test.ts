import { describe, expect, it } from 'vitest';
import { formatRoute, HOME, parseRoute, to } from './route';

describe('addresses', () => {
  it.each([
    ['#/alerts/0198c0de', to('alerts', '0198c0de')],
    ['#/live', to('live')],
    ['#/camera/bai-xe', to('camera', 'bai-xe')],
    [
      '#/vehicles?plate=12A-1%3F3*&camera=c%E1%BB%95ng',
      to('vehicles', null, new URLSearchParams({ plate: '12A-1?3*', camera: 'cổng' })),
    ],
  ])('%s is what it says, and is written the same', (hash, route) => {
    const parsed = parseRoute(hash);
    expect({ ...parsed, query: parsed.query.toString() }).toEqual({
      ...route,
      query: route.query.toString(),
    });
    expect(parseRoute(formatRoute(route))).toEqual(parsed);
  });

  it.each(['', '#', '#/', '#/nowhere', '#/%', '#__proto__'])('%s is the queue', (hash) => {
    expect(formatRoute(parseRoute(hash))).toBe(formatRoute(HOME));
  });

  it('does not stumble over what is no address', () => {
    expect(parseRoute('#/alerts/%E0%A4%A')).toEqual(HOME);
  });
});
