import { describe, expect, it } from 'vitest';
import type { Drawn } from '../../api/types';
import {
  addLine,
  addZone,
  dropCorner,
  moveCorner,
  newDrawing,
  reduce,
  splitEdge,
  SQUARE,
  tap,
  without,
} from './drawing';
import { faultOf, freeId, idOf, isId, type Point } from './shape';

const empty: Drawn = { zones: [], lines: [] };
const { drawn: square } = addZone(empty, SQUARE);

describe('a polygon', () => {
  const check = (polygon: Point[], fault: string | null) => expect(faultOf(polygon)).toBe(fault);
  it('is told what is wrong with it at once', () => {
    check([[0, 0], [1, 0]], 'few'); // prettier-ignore
    check([[0, 0], [1, 0], [1, 1]], null); // prettier-ignore
    check([[0, 0], [1, 1], [1, 0], [0, 1]], 'crossing'); // prettier-ignore
    check([[0, 0], [0.5, 0.5], [1, 1]], 'flat'); // prettier-ignore
    check([[0, 0], [1, 0], [1, 1], [0, 0]], 'repeated'); // prettier-ignore
    // A corner on another edge touches it.
    check([[0, 0], [1, 0], [1, 1], [0.5, 0], [0, 1]], 'crossing'); // prettier-ignore
  });
});

describe('drawing', () => {
  it('goes back and forth by steps, however far a corner moved in one', () => {
    let drawing = newDrawing(square);
    for (const x of [0.2, 0.1, -3]) {
      drawing = reduce(drawing, { type: 'move', drawn: moveCorner(drawing.now, 0, 0, [x, 0.4]) });
    }
    drawing = reduce(drawing, { type: 'moved' });
    expect(drawing.now.zones[0]?.polygon[0]).toEqual([0, 0.4]);
    const moved = drawing.now;
    drawing = reduce(drawing, { type: 'set', drawn: without(drawing.now, { of: 'zones', index: 0 }) });
    expect(drawing.now.zones).toEqual([]);
    drawing = reduce(drawing, { type: 'undo' });
    expect(drawing.now).toEqual(moved);
    drawing = reduce(drawing, { type: 'undo' });
    expect(drawing.now).toEqual(square);
    expect(reduce(drawing, { type: 'undo' })).toEqual(drawing);
    drawing = reduce(reduce(drawing, { type: 'redo' }), { type: 'redo' });
    expect(drawing.now.zones).toEqual([]);
    expect(reduce(reduce(drawing, { type: 'undo' }), { type: 'set', drawn: square }).future).toEqual([]);
  });

  it('adds corners and takes them away, but of a triangle none', () => {
    const five = splitEdge(square, 0, 3);
    expect(five.zones[0]?.polygon).toHaveLength(5);
    expect(five.zones[0]?.polygon[4]).toEqual([0.35, 0.625]);
    let less = five;
    for (let n = 0; n < 5; n += 1) less = dropCorner(less, 0, 0);
    expect(less.zones[0]?.polygon).toHaveLength(3);
  });

  it('is sketched by taps, and closed by a tap on the first corner', () => {
    let points: readonly Point[] = [];
    for (const at of [[0.1, 0.1], [0.11, 0.1], [0.9, 0.1], [0.9, 0.9]] as Point[]) points = tap(points, at, 16 / 9).points; // prettier-ignore
    expect(points).toEqual([[0.1, 0.1], [0.9, 0.1], [0.9, 0.9]]); // prettier-ignore
    expect(tap(points, [0.1, 0.12], 16 / 9).isClosed).toBe(true);
    let drawing = reduce(newDrawing(empty), { type: 'sketch', points });
    drawing = reduce(drawing, { type: 'undo' });
    expect(drawing.sketch).toHaveLength(2);
    expect(reduce({ ...drawing, sketch: [] }, { type: 'undo' }).sketch).toBeNull();
  });

  it('forgets what was chosen once it is gone', () => {
    const { drawn, chosen } = addLine(square);
    let drawing = reduce(newDrawing(square), { type: 'set', drawn, chosen });
    expect(drawing.chosen).toEqual({ of: 'lines', index: 0 });
    drawing = reduce(drawing, { type: 'undo' });
    expect(drawing.chosen).toBeNull();
  });
});

describe('ids', () => {
  it('are made of names, and free', () => {
    expect(idOf(' Cổng chính (Đêm) ')).toBe('cong-chinh-dem');
    expect(idOf('Ở đây')).toBe('o-day');
    expect(freeId('vung', ['vung-1', 'vung-3'])).toBe('vung-2');
    expect([isId('cong-1'), isId('Cổng'), isId('-a'), isId('')]).toEqual([true, false, false, false]);
  });
});
