import type { Alert, Trail } from '../api/types';
import { millis } from '../time';

/** Where a track was: left, top, width, height in pixels of the analysed frame. */
export type Box = readonly [number, number, number, number];

export interface Way {
  track: string;
  points: readonly { atMs: number; box: Box }[];
}

/** The ways of an alert's tracks; of a track without one what its findings tell. */
export function waysOf(alert: Alert, trails: readonly Trail[]): Way[] {
  const openedMs = millis(alert.at);
  const known = trails.map(({ track, points }) => ({
    track,
    points: points.map(([seconds = 0, x = 0, y = 0, w = 0, h = 0]) => ({
      atMs: openedMs + seconds * 1000,
      box: [x, y, w, h] as const,
    })),
  }));
  const missing = new Map<string, { atMs: number; box: Box }[]>();
  for (const { track, at, bbox } of alert.findings) {
    if (known.some((way) => way.track === track)) continue;
    const [x = 0, y = 0, w = 0, h = 0] = bbox;
    missing.set(track, [...(missing.get(track) ?? []), { atMs: millis(at), box: [x, y, w, h] }]);
  }
  const told = [...missing].map(([track, points]) => ({
    track,
    points: points.sort((a, b) => a.atMs - b.atMs),
  }));
  return [...known.filter(({ points }) => points.length > 0), ...told];
}

/** Between points further apart than this nobody knows where it was; at its ends it is shown a moment longer. */
const MOST_APART_MS = 4_000;
const BEYOND_MS = 600;

/** Where a track is at a moment; null when it is not in view. */
export function boxAt({ points }: Way, atMs: number): Box | null {
  const next = points.findIndex((point) => point.atMs >= atMs);
  const after = next < 0 ? undefined : points[next];
  const before = next < 0 ? points.at(-1) : points[next - 1];
  if (before && after && after.atMs - before.atMs <= MOST_APART_MS) {
    const part = (atMs - before.atMs) / Math.max(after.atMs - before.atMs, 1);
    const between = (n: 0 | 1 | 2 | 3) => before.box[n] + part * (after.box[n] - before.box[n]);
    return [between(0), between(1), between(2), between(3)];
  }
  if (after && after.atMs - atMs <= BEYOND_MS) return after.box;
  if (before && atMs - before.atMs <= BEYOND_MS) return before.box;
  return null;
}

/** Where it stands: the middle of the lower edge. */
export const feet = ([x, y, w, h]: Box): readonly [number, number] => [x + w / 2, y + h];

/** The `points` of a line along which it went, up to a moment. */
export function lineTo(way: Way, untilMs = Infinity): string {
  const passed = way.points.filter(({ atMs }) => atMs <= untilMs).map(({ box }) => feet(box));
  const now = Number.isFinite(untilMs) ? boxAt(way, untilMs) : null;
  return [...passed, ...(now ? [feet(now)] : [])]
    .map(([x, y]) => `${Math.round(x)},${Math.round(y)}`)
    .join(' ');
}
