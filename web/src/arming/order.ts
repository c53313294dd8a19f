import type { ArmingOrder, WantedOrder } from '../api/types';
import { wallTime } from '../time';
import { withOffset } from '../vehicle/search';

/** Arming or disarming by hand as it is being written. */
export interface Draft {
  act: ArmingOrder['act'];
  /** A camera's id; empty for everything. */
  camera: string;
  /** On the office's clock, `2026-02-17T06:00`. */
  until: string;
  reason: string;
}

export type Field = 'until' | 'reason';

const USUAL_MS = 4 * 3_600_000;
const LONGEST_REASON = 200;

const two = (n: number): string => String(n).padStart(2, '0');

/** What a field for a time takes. */
export function localTime(ms: number, offset: number): string {
  const wall = wallTime(ms, offset);
  return `${wall.year}-${two(wall.month)}-${two(wall.day)}T${two(wall.hour)}:${two(wall.minute)}`;
}

/** For the next four hours, at `nowMs` in an office whose clock is `offset` minutes east of UTC. */
export const newDraft = (act: Draft['act'], nowMs: number, offset: number): Draft => ({
  act,
  camera: '',
  until: localTime(nowMs + USUAL_MS, offset),
  reason: '',
});

/** The first field that cannot stay as it is. */
export function wrongField({ until, reason }: Draft, now: string): Field | null {
  if (until <= now) return 'until';
  const length = Array.from(reason.trim()).length;
  return length === 0 || length > LONGEST_REASON ? 'reason' : null;
}

/** What the server wants. */
export const wantedOf = ({ act, camera, until, reason }: Draft, offset: number): WantedOrder => ({
  act,
  ...(camera !== '' && { camera }),
  until: withOffset(`${until}:00`, offset),
  reason: reason.trim(),
});
