import { describe, expect, it } from 'vitest';
import { sampleAlert, sampleFinding } from '../api/samples';
import { millis } from '../time';
import { boxAt, lineTo, waysOf } from './trails';

const alert = sampleAlert('alert', 0);
const openedMs = millis(alert.at);
const trail = (...points: number[][]) => ({ track: 'a', points: points as [number, number, number, number, number][] }); // prettier-ignore

describe('ways', () => {
  const [way] = waysOf({ ...alert, findings: [] }, [trail([0, 0, 0, 10, 20], [2, 100, 40, 10, 20], [9, 200, 40, 10, 20])]); // prettier-ignore
  if (!way) throw new Error('no way');

  it.each([
    [0, [0, 0, 10, 20]],
    [1, [50, 20, 10, 20]],
    [2, [100, 40, 10, 20]],
    [2.5, [100, 40, 10, 20]],
    [8.5, [200, 40, 10, 20]],
    [9.5, [200, 40, 10, 20]],
  ])('lead through every moment between points: at %f s', (second, box) =>
    expect(boxAt(way, openedMs + second * 1000)).toEqual(box),
  );

  it.each([-1, 5, 11])('say nothing of a moment at which nobody saw it: %i s', (second) =>
    expect(boxAt(way, openedMs + second * 1000)).toBeNull(),
  );

  it('are drawn where the feet were, up to the moment that is shown', () => {
    expect(lineTo(way)).toBe('5,20 105,60 205,60');
    expect(lineTo(way, openedMs + 1000)).toBe('5,20 55,40');
    expect(lineTo(way, openedMs - 5000)).toBe('');
  });

  it('of tracks without one are what the findings tell, in order of time', () => {
    const at = (second: number) => new Date(openedMs + second * 1000).toISOString();
    const findings = [
      { ...sampleFinding(0), track: 'b', at: at(3), bbox: [9, 9, 2, 2] },
      { ...sampleFinding(0), track: 'b', at: at(1), bbox: [1, 1, 2, 2] },
      { ...sampleFinding(0), track: 'a', at: at(1), bbox: [7, 7, 2, 2] },
    ];
    const ways = waysOf({ ...alert, findings }, [trail([0, 0, 0, 10, 20])]);
    expect(ways.map(({ track, points }) => [track, points.map(({ box }) => box[0])])).toEqual([
      ['a', [0]],
      ['b', [1, 9]],
    ]);
  });
});
