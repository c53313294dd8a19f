import type { Severity } from '../api/types';
import { wallTime } from '../time';

/** A stretch of time, in ms since 1970. */
export interface Stretch {
  fromMs: number;
  toMs: number;
}

export const MINUTE_MS = 60_000;
export const HOUR_MS = 3_600_000;
export const DAY_MS = 86_400_000;

/** Lengths of time that the line shows, the widest first. */
export const SPANS = [DAY_MS, 6 * HOUR_MS, HOUR_MS, 10 * MINUTE_MS] as const;

/** The day that a moment belongs to, at a place `offset` minutes east of UTC. */
export function dayOf(ms: number, offset: number): Stretch {
  const shift = offset * MINUTE_MS;
  const fromMs = Math.floor((ms + shift) / DAY_MS) * DAY_MS - shift;
  return { fromMs, toMs: fromMs + DAY_MS };
}

/** `2026-02-17` of a moment. */
export function dateKey(ms: number, offset: number): string {
  return new Date(ms + offset * MINUTE_MS).toISOString().slice(0, 10);
}

/** When a day `2026-02-17` begins, or NaN. */
export function dayStart(date: string, offset: number): number {
  return /^\d{4}-\d\d-\d\d$/.test(date) ? Date.parse(`${date}T00:00:00Z`) - offset * MINUTE_MS : NaN;
}

/** What of the day is shown: `span` long, with `aroundMs` in its middle where the day has room. */
export function windowAround(day: Stretch, span: number, aroundMs: number): Stretch {
  const length = Math.min(span, day.toMs - day.fromMs);
  const fromMs = Math.min(Math.max(aroundMs - length / 2, day.fromMs), day.toMs - length);
  return { fromMs, toMs: fromMs + length };
}

/** The same window, moved by so much and no further than the day goes. */
export function moved(window: Stretch, byMs: number, day: Stretch): Stretch {
  const fromMs = Math.min(
    Math.max(window.fromMs + byMs, day.fromMs),
    day.toMs - (window.toMs - window.fromMs),
  );
  return { fromMs, toMs: fromMs + window.toMs - window.fromMs };
}

/** The next wider (`step` -1) or narrower (1) length. */
export function zoomed(span: number, step: 1 | -1): number {
  const index = SPANS.findIndex((known) => known <= span);
  return SPANS[Math.min(Math.max(index + step, 0), SPANS.length - 1)] ?? DAY_MS;
}

/** Where a moment lies in a window: 0 is its beginning, 1 its end. */
export const placeOf = (ms: number, window: Stretch): number =>
  (ms - window.fromMs) / (window.toMs - window.fromMs);

export const momentAt = (place: number, window: Stretch): number =>
  window.fromMs + Math.min(Math.max(place, 0), 1) * (window.toMs - window.fromMs);

/** Whether there is video of a moment. */
export const isWithin = (ms: number, stretches: readonly Stretch[]): boolean =>
  stretches.some(({ fromMs, toMs }) => ms >= fromMs && ms < toMs);

/** When the next video begins after a moment of which there is none, of any of these lists; null for never. */
export function nextBegin(ms: number, ...lists: (readonly Stretch[])[]): number | null {
  const later = lists.flat().flatMap(({ fromMs }) => (fromMs > ms ? [fromMs] : []));
  return later.length > 0 ? Math.min(...later) : null;
}

/** Between the stretches of a window, where there should be video up to `nowMs`. */
export function gaps(stretches: readonly Stretch[], window: Stretch, nowMs: number): Stretch[] {
  const endMs = Math.min(window.toMs, nowMs);
  const found: Stretch[] = [];
  let fromMs = window.fromMs;
  for (const stretch of stretches) {
    if (stretch.fromMs > fromMs) found.push({ fromMs, toMs: Math.min(stretch.fromMs, endMs) });
    fromMs = Math.max(fromMs, stretch.toMs);
  }
  if (fromMs < endMs) found.push({ fromMs, toMs: endMs });
  return found.filter(({ fromMs, toMs }) => toMs > fromMs && toMs > window.fromMs);
}

/** The path of bars in a box 1000 wide and `height` high, each at least a thousandth wide: one element for a whole day. */
export function barPath(
  bars: readonly (Stretch & { part?: number })[],
  window: Stretch,
  height: number,
): string {
  let path = '';
  for (const { fromMs, toMs, part = 1 } of bars) {
    if (toMs < window.fromMs || fromMs > window.toMs) continue;
    const left = Math.max(0, placeOf(fromMs, window) * 1000);
    const right = Math.min(1000, Math.max(placeOf(toMs, window) * 1000, left + 1));
    const top = height * (1 - part);
    path += `M${left.toFixed(2)} ${height}V${top.toFixed(2)}H${right.toFixed(2)}V${height}Z`;
  }
  return path;
}

/** Times that are written at the line, a round length apart. */
export function ticks(window: Stretch, offset: number, most: number): { ms: number; label: string }[] {
  const steps = [1, 2, 5, 10, 15, 30, 60, 120, 180, 360].map((minutes) => minutes * MINUTE_MS);
  const length = window.toMs - window.fromMs;
  const step = steps.find((candidate) => length / candidate <= most) ?? 12 * HOUR_MS;
  const shift = offset * MINUTE_MS;
  const found = [];
  for (let ms = Math.ceil((window.fromMs + shift) / step) * step - shift; ms <= window.toMs; ms += step) {
    const { hour, minute } = wallTime(ms, offset);
    found.push({ ms, label: `${String(hour).padStart(2, '0')}:${String(minute).padStart(2, '0')}` });
  }
  return found;
}

export interface Mark {
  id: string;
  atMs: number;
  severity: Severity;
}

const RANK: Readonly<Record<Severity, number>> = { notice: 0, warning: 1, critical: 2 };

/** Alerts nearer to each other than `gap` of the window share a mark: the greatest of them, the first of its kind. */
export function gathered<T extends Mark>(
  marks: readonly T[],
  window: Stretch,
  gap: number,
): { mark: T; count: number; place: number }[] {
  const found: { mark: T; count: number; place: number }[] = [];
  for (const mark of marks) {
    const place = placeOf(mark.atMs, window);
    if (place < 0 || place > 1) continue;
    const last = found.at(-1);
    if (last && place - last.place < gap) {
      last.count += 1;
      if (RANK[mark.severity] > RANK[last.mark.severity]) last.mark = mark;
    } else found.push({ mark, count: 1, place });
  }
  return found;
}

/** What is loaded and played at once. */
export const CHUNK_MS = MINUTE_MS;

/** The stretch of a clip that shows a moment. All that look at the same minute load the same clip. */
export const chunkOf = (ms: number): number => Math.floor(ms / CHUNK_MS) * CHUNK_MS;
