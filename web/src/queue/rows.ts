import type { Alert } from '../api/types';
import type { Ordered } from './order';

/** A row of the list; `key` names it whatever its place. */
export type Row = { key: string } & (
  | { kind: 'alert'; alert: Alert; place: number }
  /** More wait than are loaded. */
  | { kind: 'waiting' }
  | { kind: 'settled' }
  | { kind: 'end' }
);

/**
 * What the list is made of, from its top: what waits, what is settled, and what says whether there is more. A row that was
 * there `before`, in the same place, is the same object.
 */
export function rowsOf(
  { waiting, settled }: Ordered,
  moreWaits: boolean,
  before: readonly Row[] = [],
): Row[] {
  const rows: Row[] = [];
  let place = 0;
  const add = (alerts: readonly Alert[]) => {
    for (const alert of alerts) {
      place += 1;
      const old = before[rows.length];
      const isSame = old?.kind === 'alert' && old.alert === alert && old.place === place;
      rows.push(isSame ? old : { key: alert.id, kind: 'alert', alert, place });
    }
  };
  const mark = (kind: 'waiting' | 'settled' | 'end') => {
    const old = before[rows.length];
    rows.push(old?.kind === kind ? old : { key: kind, kind });
  };
  add(waiting);
  if (moreWaits) mark('waiting');
  if (settled.length > 0) mark('settled');
  add(settled);
  mark('end');
  return rows;
}

/** How tall a row is until it has been seen, in pixels. */
export const USUAL_HEIGHT: Readonly<Record<Row['kind'], number>> = {
  alert: 132,
  waiting: 60,
  settled: 46,
  end: 76,
};

/** Rows, and where each begins. */
export interface Placement {
  rows: readonly Row[];
  offsets: Float64Array;
}

/**
 * Where each row begins, and as the last entry where the list ends. What stands above the first row that is another than
 * `before` has stayed where it was.
 */
export function offsetsOf(
  rows: readonly Row[],
  heights: ReadonlyMap<string, number>,
  before: Placement | null = null,
): Float64Array {
  const offsets = new Float64Array(rows.length + 1);
  let same = 0;
  if (before) {
    const most = Math.min(rows.length, before.rows.length);
    while (same < most && rows[same]?.key === before.rows[same]?.key) same += 1;
    offsets.set(before.offsets.subarray(0, same + 1));
  }
  let top = offsets[same] ?? 0;
  for (let index = same; index < rows.length; index += 1) {
    const row = rows[index];
    offsets[index] = top;
    if (row) top += heights.get(row.key) ?? USUAL_HEIGHT[row.kind];
  }
  offsets[rows.length] = top;
  return offsets;
}

/** The row of this key; none where it is -1. */
export const placeOf = (rows: readonly Row[], key: string | null): number =>
  key === null ? -1 : rows.findIndex((row) => row.key === key);

/** A row turned out to be so tall: what lies below it moves. */
export function setHeight(offsets: Float64Array, index: number, height: number): void {
  const by = height - ((offsets[index + 1] ?? 0) - (offsets[index] ?? 0));
  for (let below = index + 1; by !== 0 && below < offsets.length; below += 1)
    offsets[below] = (offsets[below] ?? 0) + by;
}

/** The row at a height of the list: the last that begins at or above it. */
export function rowAt(offsets: Float64Array, top: number): number {
  let low = 0;
  let high = Math.max(0, offsets.length - 2);
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if ((offsets[middle] ?? 0) <= top) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** From which row to which (that one excluded) the list is in view, with a few around, so that scrolling shows no holes. */
export function inView(offsets: Float64Array, top: number, height: number, around: number): [number, number] {
  const count = offsets.length - 1;
  const first = Math.max(0, rowAt(offsets, top) - around);
  return [first, Math.min(count, rowAt(offsets, top + height) + 1 + around)];
}
