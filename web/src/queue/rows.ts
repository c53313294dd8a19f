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

/** What the list is made of, from its top: what waits, what is settled, and what says whether there is more. */
export function rowsOf({ waiting, settled }: Ordered, moreWaits: boolean): Row[] {
  const rows: Row[] = [];
  let place = 0;
  const add = (alerts: readonly Alert[]) => {
    for (const alert of alerts) rows.push({ key: alert.id, kind: 'alert', alert, place: (place += 1) });
  };
  add(waiting);
  if (moreWaits) rows.push({ key: 'waiting', kind: 'waiting' });
  if (settled.length > 0) rows.push({ key: 'settled', kind: 'settled' });
  add(settled);
  rows.push({ key: 'end', kind: 'end' });
  return rows;
}

/** How tall a row is until it has been seen, in pixels. */
export const USUAL_HEIGHT: Readonly<Record<Row['kind'], number>> = {
  alert: 132,
  waiting: 60,
  settled: 46,
  end: 76,
};

/** Where each row begins, and as the last entry where the list ends. */
export function offsetsOf(rows: readonly Row[], heights: ReadonlyMap<string, number>): Float64Array {
  const offsets = new Float64Array(rows.length + 1);
  let top = 0;
  rows.forEach(({ key, kind }, index) => {
    offsets[index] = top;
    top += heights.get(key) ?? USUAL_HEIGHT[kind];
  });
  offsets[rows.length] = top;
  return offsets;
}

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
