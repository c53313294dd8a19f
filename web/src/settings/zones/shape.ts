import type { MaskKeys, ZoneKeys } from '../../api/types';

/** A corner, in 0..1 of the picture. */
export type Point = readonly [number, number];

const clamp = (n: number): number => Math.min(1, Math.max(0, n));
/** To a ten thousandth of the picture, as the file has it. */
export const rounded = (n: number): number => Math.round(clamp(n) * 10_000) / 10_000;
export const within = ([x, y]: Point): [number, number] => [rounded(x), rounded(y)];

const side = (p: Point, q: Point, r: Point): number =>
  (q[0] - p[0]) * (r[1] - p[1]) - (q[1] - p[1]) * (r[0] - p[0]);

const isBetween = (p: Point, q: Point, r: Point): boolean =>
  Math.min(p[0], q[0]) <= r[0] &&
  r[0] <= Math.max(p[0], q[0]) &&
  Math.min(p[1], q[1]) <= r[1] &&
  r[1] <= Math.max(p[1], q[1]);

/** Whether two stretches cross or touch. */
function touch(a: Point, b: Point, c: Point, d: Point): boolean {
  const [d1, d2, d3, d4] = [side(c, d, a), side(c, d, b), side(a, b, c), side(a, b, d)];
  if (d1 > 0 !== d2 > 0 && d3 > 0 !== d4 > 0 && d1 !== 0 && d2 !== 0 && d3 !== 0 && d4 !== 0) return true;
  return (
    (d1 === 0 && isBetween(c, d, a)) ||
    (d2 === 0 && isBetween(c, d, b)) ||
    (d3 === 0 && isBetween(a, b, c)) ||
    (d4 === 0 && isBetween(a, b, d))
  );
}

export type Fault = 'few' | 'crossing' | 'flat' | 'repeated';

/** Why a polygon is none, as the appliance would see it; null for a good one. */
export function faultOf(polygon: readonly Point[]): Fault | null {
  const n = polygon.length;
  if (n < 3) return 'few';
  const at = (index: number): Point => polygon[index % n] ?? [0, 0];
  if (new Set(polygon.map(([x, y]) => `${x},${y}`)).size < n) return 'repeated';
  if (polygon.every((point) => Math.abs(side(at(0), at(1), point)) < 1e-6)) return 'flat';
  for (let i = 0; i < n; i += 1) {
    for (let j = i + 1; j < n; j += 1) {
      const areNeighbours = j === i + 1 || (i === 0 && j === n - 1);
      if (!areNeighbours && touch(at(i), at(i + 1), at(j), at(j + 1))) return 'crossing';
    }
  }
  return null;
}

export const faultOfZone = (zone: ZoneKeys | MaskKeys): Fault | null => faultOf(zone.polygon);

/** Where its name stands. */
export function middle(polygon: readonly Point[]): Point {
  const n = Math.max(1, polygon.length);
  return [polygon.reduce((sum, [x]) => sum + x, 0) / n, polygon.reduce((sum, [, y]) => sum + y, 0) / n];
}

/** `vung-1` or the next that is free. */
export function freeId(stem: string, taken: readonly string[]): string {
  for (let n = 1; ; n += 1) if (!taken.includes(`${stem}-${n}`)) return `${stem}-${n}`;
}

/** Lowercase letters, digits and hyphens of what somebody typed: `Cổng chính` is `cong-chinh`. */
export const idOf = (name: string): string =>
  name
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .replace(/[đĐ]/g, 'd')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 40);

export const isId = (text: string): boolean => /^[a-z0-9][a-z0-9-]{0,39}$/.test(text);
