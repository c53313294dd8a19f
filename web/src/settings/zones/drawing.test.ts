import { describe, expect, it } from 'vitest';
import type { Drawn } from '../../api/types';
import {
  addLine,
  addMask,
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

const empty: Drawn = { zones: [], lines: [], privacy_masks: [] };
const ZONE = { of: 'zones', index: 0 } as const;
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
      drawing = reduce(drawing, { type: 'move', drawn: moveCorner(drawing.now, ZONE, 0, [x, 0.4]) });
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
    const five = splitEdge(square, ZONE, 3);
    expect(five.zones[0]?.polygon).toHaveLength(5);
    expect(five.zones[0]?.polygon[4]).toEqual([0.35, 0.625]);
    let less = five;
    for (let n = 0; n < 5; n += 1) less = dropCorner(less, ZONE, 0);
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

  it('is of masks as of zones, and of one without the other', () => {
    const { drawn, chosen } = addMask(square, SQUARE);
    expect(drawn.privacy_masks).toEqual([{ id: 'che-1', polygon: SQUARE }]);
    const mask = { of: 'privacy_masks', index: 0 } as const;
    expect(chosen).toEqual(mask);
    const moved = moveCorner(splitEdge(drawn, mask, 0), mask, 0, [2, 0.3]);
    expect(moved.privacy_masks[0]?.polygon.slice(0, 2)).toEqual([[1, 0.3], [0.5, 0.45]]); // prettier-ignore
    expect(moved.zones).toEqual(drawn.zones);
    expect(without(dropCorner(moved, mask, 0), mask).privacy_masks).toEqual([]);
    const sketching = reduce(newDrawing(square), { type: 'sketch', points: [], of: 'privacy_masks' });
    expect(reduce(sketching, { type: 'sketch', points: [[0.1, 0.1]] }).sketchOf).toBe('privacy_masks');
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
