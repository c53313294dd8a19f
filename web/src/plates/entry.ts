import type { ListKind, PlateEntry, WantedPlate } from '../api/types';
import { isPlatePattern, withOffset } from '../vehicle/search';

/** An entry as it is being written. */
export interface Draft {
  kind: ListKind;
  pattern: string;
  /** Whose it is, or why it is watched for. */
  reason: string;
  /** What the vehicle looks like. */
  note: string;
  /** The last day on which it is in force, `2026-03-01`; empty for always. */
  lastDay: string;
}

export type Field = 'pattern' | 'note' | 'reason' | 'expires_at';

const FIELDS: readonly Field[] = ['pattern', 'note', 'reason', 'expires_at'];
const LONGEST = 200;
/** Letters and digits: with fewer it would be of half the vehicles of a province. */
const LEAST_KNOWN = 4;

export const isField = (name: string | null): name is Field => FIELDS.some((field) => field === name);

export const newDraft = (pattern: string): Draft => ({
  kind: 'watched',
  pattern,
  note: '',
  reason: '',
  lastDay: '',
});

export const draftOf = ({ kind, pattern, note, reason, expires_at }: PlateEntry): Draft => ({
  kind,
  pattern,
  note,
  reason,
  lastDay: expires_at?.slice(0, 10) ?? '',
});

/** What the server wants, for an office whose clock is `offset` minutes east of UTC. */
export const wantedOf = ({ kind, pattern, note, reason, lastDay }: Draft, offset: number): WantedPlate => ({
  kind,
  pattern: pattern.trim(),
  note: note.trim(),
  reason: reason.trim(),
  expires_at: lastDay === '' ? null : withOffset(`${lastDay}T23:59:59`, offset),
});

/** The first field that cannot stay as it is; `today` is the office's, `2026-02-17`. */
export function wrongField({ pattern, note, reason, lastDay }: Draft, today: string): Field | null {
  const known = pattern.match(/[\p{L}\p{N}]/gu)?.length ?? 0;
  if (known < LEAST_KNOWN || !isPlatePattern(pattern)) return 'pattern';
  const length = Array.from(reason.trim()).length;
  if (length === 0 || length > LONGEST) return 'reason';
  if (Array.from(note.trim()).length > LONGEST) return 'note';
  if (lastDay !== '' && lastDay < today) return 'expires_at';
  return null;
}
