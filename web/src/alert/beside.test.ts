import { describe, expect, it } from 'vitest';
import { sampleAlert, START_MS } from '../api/samples';
import { besides, endOf, hasMore, isOutOfStep, stretchOf } from './beside';

const of = (id: string, camera: string, from: string, to: string) => ({
  ...sampleAlert(id, 0),
  camera,
  at: `2026-02-17T${from}+07:00`,
  last_seen_at: `2026-02-17T${to}+07:00`,
});

describe('what happens beside an alert', () => {
  const early = of('b', 'kho', '01:20:00', '01:21:00');
  const same = of('c', 'kho', '01:30:30', '01:32:00');
  const own = of('d', 'cong', '01:30:00', '01:31:00');
  const hall = of('e', 'hanh-lang', '01:40:00', '01:41:00');
  const at = (time: string) => Date.parse(`2026-02-17T${time}+07:00`);
  const ids = (time: string) => besides('cong', [early, same, own, hall], at(time)).map(({ id }) => id);

  it('is one clip of each other camera, of this moment or the closest', () => {
    expect(ids('01:30:40')).toEqual(['e', 'c']);
    expect(ids('01:30:25')).toEqual(['e', 'c']);
    expect(ids('01:22:00')).toEqual(['e', 'b']);
    expect(besides('cong', [own], at('01:30:40'))).toEqual([]);
  });

  it('is moved when it is out of step, and not for less', () => {
    expect(isOutOfStep(10, 10.2)).toBe(false);
    expect(isOutOfStep(10, 9)).toBe(true);
  });
});

describe('a clip beside one that is still being recorded', () => {
  const loaded = { startMs: START_MS, endMs: START_MS + 20_000 };
  const end = START_MS + 60_000;
  it.each([
    ['the moment is in it', 19_000, 5_000, false],
    ['the moment is after it', 21_000, 5_000, true],
    ['it was loaded just now', 21_000, 4_900, false],
    ['it never reaches so far', 61_000, 5_000, false],
  ])('%s', (_, wanted, since, expected) => {
    expect(hasMore(loaded, START_MS + wanted, end, since)).toBe(expected);
  });
  it('of an open alert has no end yet', () => {
    const other = of('b', 'kho', '01:20:00', '01:21:00');
    expect(endOf({ ...other, closed_at: null })).toBe(Infinity);
    expect(endOf({ ...other, closed_at: '2026-02-17T01:21:30+07:00' })).toBe(
      Date.parse('2026-02-17T01:21:10+07:00'),
    );
  });
});

describe('what a neighbour recorded', () => {
  const MINUTE = 60_000;
  const alert = sampleAlert('a', 0);
  it('is had from a little before the clip, and is the same while the clip plays', () => {
    const first = stretchOf(alert, START_MS - 10_000);
    expect(first).toEqual({ fromMs: START_MS - 40_000, toMs: START_MS - 40_000 + 5 * MINUTE });
    expect(stretchOf(alert, START_MS + 4 * MINUTE)).toEqual(first);
    expect(stretchOf(alert, START_MS - 9 * MINUTE)).toEqual(first);
  });
  it('goes on where a long alert does', () => {
    expect(stretchOf(alert, START_MS + 11 * MINUTE).fromMs).toBe(START_MS - 40_000 + 10 * MINUTE);
  });
});
