import type { Alert } from '../api/types';
import { millis } from '../time';

/** What the player has loaded: wall time of the first picture and of the end. */
export interface Loaded {
  startMs: number;
  endMs: number;
}

/** An open alert's clip is offered again when this much more has been recorded, a closed one's sooner. */
const OPEN_STEP_MS = 5_000;
/** Of the loaded length: each time the whole clip is made anew, which a night-long alert must not ask often. */
const OPEN_STEP_PART = 0.1;
const CLOSED_STEP_MS = 2_000;

function stepMs(alert: Alert, loaded: Loaded): number {
  if (!alert.open) return CLOSED_STEP_MS;
  return Math.max(OPEN_STEP_MS, (loaded.endMs - loaded.startMs) * OPEN_STEP_PART);
}

/** Up to which wall time the server should have video for this alert now. */
export function availableTo(alert: Alert, nowMs: number): number | null {
  if (!alert.clip) return null;
  return alert.open ? nowMs : Math.min(millis(alert.clip.to), nowMs);
}

/**
 * How many milliseconds the clip could grow by if it were loaded again, or 0 when that is not worth an
 * offer. `triedTo` is what was hoped for when a reload brought nothing: the video may simply end there.
 */
export function growth(alert: Alert, loaded: Loaded, nowMs: number, triedTo: number | null): number {
  const available = availableTo(alert, nowMs);
  if (available === null) return 0;
  const step = stepMs(alert, loaded);
  if (triedTo !== null && available < triedTo + step) return 0;
  const more = available - loaded.endMs;
  return more >= step ? more : 0;
}

/**
 * The address to load attempt `n` from. A growing clip is a different file each time; without a different
 * address the browser would mix its parts.
 */
export function clipUrl(url: string, attempt: number): string {
  if (attempt === 0) return url;
  return `${url}${url.includes('?') ? '&' : '?'}n=${attempt}`;
}

/** Position in a newly loaded clip of the moment that was being watched. */
export function resumeAt(watchedMs: number, startMs: number): number {
  return Math.max(0, (watchedMs - startMs) / 1000);
}

/** A clip begins long before its alert; what happened is shown from so long before it. */
const LEAD_MS = 3_000;

/** Position in a clip from which to show what happened. */
export function beginAt(alert: Alert, startMs: number): number {
  return Math.max(0, (millis(alert.at) - LEAD_MS - startMs) / 1000);
}
