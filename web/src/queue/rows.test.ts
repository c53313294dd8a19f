import { describe, expect, it } from 'vitest';
import { sampleAlert } from '../api/samples';
import { inView, offsetsOf, placeOf, rowAt, rowsOf, setHeight, USUAL_HEIGHT } from './rows';

const waiting = ['a', 'b'].map((id, n) => sampleAlert(id, 10 - n));
const settled = ['c'].map((id) => sampleAlert(id, 0, { state: 'resolved' }));

describe('the rows of the list', () => {
  it('are what waits, what is settled, and its end', () => {
    const keys = (moreWaits: boolean) => rowsOf({ waiting, settled }, moreWaits).map(({ key }) => key);
    expect(keys(false)).toEqual(['a', 'b', 'settled', 'c', 'end']);
    expect(keys(true)).toEqual(['a', 'b', 'waiting', 'settled', 'c', 'end']);
    expect(rowsOf({ waiting: [], settled: [] }, false).map(({ key }) => key)).toEqual(['end']);
  });

  it('lie below each other, as tall as they were seen to be', () => {
    const rows = rowsOf({ waiting, settled }, false);
    const { alert, settled: part, end } = USUAL_HEIGHT;
    const offsets = offsetsOf(rows, new Map([['a', 100]]));
    expect([...offsets]).toEqual([
      0,
      100,
      100 + alert,
      100 + alert + part,
      100 + 2 * alert + part,
      100 + 2 * alert + part + end,
    ]);
  });

  it('move what lies below them when they turn out to be taller', () => {
    const offsets = Float64Array.from([0, 100, 250, 300]);
    setHeight(offsets, 1, 170);
    setHeight(offsets, 2, 50);
    expect([...offsets]).toEqual([0, 100, 270, 320]);
  });

  it('are found by where they lie', () => {
    const offsets = Float64Array.from([0, 100, 250, 300]);
    expect([-5, 0, 99, 100, 249, 250, 999].map((top) => rowAt(offsets, top))).toEqual([0, 0, 0, 1, 1, 2, 2]);
    expect(rowAt(Float64Array.from([0]), 10)).toBe(0);
  });

  it('are few of a hundred thousand', () => {
    const many = Array.from({ length: 100_000 }, (_, n) => sampleAlert(String(n), -n, { state: 'resolved' }));
    const rows = rowsOf({ waiting: [], settled: many }, false);
    const offsets = offsetsOf(rows, new Map());
    const [first, last] = inView(offsets, 6_000_000, 700, 4);
    expect(last - first).toBeLessThan(16);
    expect(offsets[first + 4]).toBeLessThanOrEqual(6_000_000);
    expect(offsets[last - 5]).toBeGreaterThanOrEqual(6_000_700 - USUAL_HEIGHT.alert);
    expect(inView(offsets, 0, 700, 4)[0]).toBe(0);
    expect(inView(offsets, 1e9, 700, 4)[1]).toBe(rows.length);
  }, 60_000);

  it('stay what they were where nothing has changed', () => {
    const before = rowsOf({ waiting, settled }, true);
    const older = sampleAlert('d', -9, { state: 'resolved' });
    const more = rowsOf({ waiting, settled: [...settled, older] }, true, before);
    expect(more.map(({ key }) => key)).toEqual(['a', 'b', 'waiting', 'settled', 'c', 'd', 'end']);
    for (const index of [0, 1, 2, 3, 4]) expect(more[index]).toBe(before[index]);
    const heights = new Map([['a', 100], ['d', 50]]); // prettier-ignore
    const offsets = offsetsOf(before, heights);
    expect([...offsetsOf(more, heights, { rows: before, offsets })]).toEqual([...offsetsOf(more, heights)]);
    // One is settled: all places below change.
    const fewer = rowsOf({ waiting: waiting.slice(1), settled }, false, more);
    expect([...offsetsOf(fewer, heights, { rows: more, offsets })]).toEqual([...offsetsOf(fewer, heights)]);
    expect(fewer.map((row) => (row.kind === 'alert' ? row.place : 0))).toEqual([1, 0, 2, 0]);
    expect([placeOf(more, 'c'), placeOf(more, 'x'), placeOf(more, null)]).toEqual([4, -1, -1]);
  });
});
