import type { Finding } from '../api/types';
import { millis } from '../time';

/** One or more findings close together on the time bar. */
export interface Mark {
  /** Where on the bar: 0 is the clip's first picture, 1 its end. */
  position: number;
  /** Where to seek to, seconds from the clip's start. */
  seconds: number;
  findings: Finding[];
}

/**
 * Places findings on a bar of `durationS` seconds that starts at `startMs`. Those outside the clip are left
 * out; those nearer to each other than `gap` (of the bar's length) share a mark, so that each can be touched.
 */
export function placeMarks(
  findings: readonly Finding[],
  startMs: number,
  durationS: number,
  gap: number,
): Mark[] {
  if (!(durationS > 0) || !Number.isFinite(durationS) || !Number.isFinite(startMs)) return [];
  const inside = findings
    .map((finding) => ({ finding, seconds: (millis(finding.at) - startMs) / 1000 }))
    // A finding's time and the clip's frame times are rounded apart: forgive half a second at both ends.
    .filter(({ seconds }) => seconds >= -0.5 && seconds <= durationS + 0.5)
    .map(({ finding, seconds }) => ({ finding, seconds: Math.min(Math.max(seconds, 0), durationS) }))
    .sort((a, b) => a.seconds - b.seconds);

  const marks: Mark[] = [];
  for (const { finding, seconds } of inside) {
    const position = seconds / durationS;
    const last = marks.at(-1);
    if (last && position - last.position < gap) last.findings.push(finding);
    else marks.push({ position, seconds, findings: [finding] });
  }
  return marks;
}

/** A stretch of wall time as a part of the bar, clamped to it; null when it lies outside. */
export function placeStretch(
  fromMs: number,
  toMs: number,
  startMs: number,
  durationS: number,
): { left: number; width: number } | null {
  if (!(durationS > 0) || !Number.isFinite(durationS) || !(toMs >= fromMs)) return null;
  const left = (fromMs - startMs) / 1000 / durationS;
  const right = (toMs - startMs) / 1000 / durationS;
  if (right < 0 || left > 1) return null;
  const clampedLeft = Math.max(0, left);
  return { left: clampedLeft, width: Math.min(1, right) - clampedLeft };
}
