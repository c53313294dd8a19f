import type { Alert, CaseInFull } from '../api/types';
import { millis } from '../time';
import type { Loaded } from './clip';

/** An alert as its case tells of it. */
export type CaseAlert = CaseInFull['alerts'][number];

/** A clip reaches about so far beyond what its alert saw. */
const BEYOND_MS = 10_000;

/** How far an alert's clip is from a moment; 0 within it. */
function distance({ at, last_seen_at }: CaseAlert, atMs: number): number {
  return Math.max(millis(at) - BEYOND_MS - atMs, atMs - millis(last_seen_at) - BEYOND_MS, 0);
}

/** Of each other camera of the case the alert whose clip shows this moment, or comes closest to it; in order of cameras. */
export function besides(camera: string, ofCase: readonly CaseAlert[], atMs: number): CaseAlert[] {
  const best = new Map<string, CaseAlert>();
  for (const other of ofCase) {
    if (other.camera === camera) continue;
    const known = best.get(other.camera);
    if (!known || distance(other, atMs) < distance(known, atMs)) best.set(other.camera, other);
  }
  return [...best.values()].sort((a, b) => a.camera.localeCompare(b.camera));
}

/** A stretch of a recording that is had at once; the appliance gives ten minutes at most. */
const STRETCH_MS = 5 * 60_000;
/** Begins a little before: who comes from elsewhere was there first. */
const BEFORE_MS = 30_000;

/** What of a neighbour's recording goes with this moment of an alert: the same for all moments near it. */
export function stretchOf(alert: Alert, atMs: number): { fromMs: number; toMs: number } {
  const fromMs = (alert.clip ? millis(alert.clip.from) : millis(alert.at)) - BEFORE_MS;
  const passed = Math.max(0, Math.floor((atMs - fromMs) / STRETCH_MS));
  const beginMs = fromMs + passed * STRETCH_MS;
  return { fromMs: beginMs, toMs: beginMs + STRETCH_MS };
}

/** Further from the clip that leads than this, another is moved; less would stutter. */
const TOLERATED_S = 0.35;

/** Whether a clip that is at `atS` has to be moved to be in step. */
export const isOutOfStep = (atS: number, wantedS: number): boolean => Math.abs(atS - wantedS) > TOLERATED_S;

/** The wall time at which the clip of another alert of the case ends; one that is open goes on. */
export const endOf = ({ closed_at, last_seen_at }: CaseAlert): number =>
  closed_at ? millis(last_seen_at) + BEYOND_MS : Infinity;

/** So long after it was loaded a clip that is too short is asked for again. */
const AGAIN_MS = 5_000;

/** Whether a clip that was loaded `sinceMs` ago is worth loading anew: it ends before the moment wanted, and has grown. */
export const hasMore = (loaded: Loaded, wantedMs: number, endMs: number, sinceMs: number): boolean =>
  wantedMs > loaded.endMs && wantedMs <= endMs && sinceMs >= AGAIN_MS;
