import type { Verdict, VehicleClass } from '../api/types';

/** What is looked for; an empty text is anything. */
export interface Search {
  plate: string;
  camera: string;
  class: VehicleClass | '';
  verdict: Verdict | '';
  timeOfDay: 'night' | 'day' | '';
  /** By the office's wall clock, as `<input type="datetime-local">` has it: `2026-02-17T01:30`. */
  from: string;
  to: string;
}

export const ANYTHING: Search = {
  plate: '',
  camera: '',
  class: '',
  verdict: '',
  timeOfDay: '',
  from: '',
  to: '',
};

export const CLASSES: readonly VehicleClass[] = ['car', 'motorcycle', 'bus', 'truck'];
export const VERDICTS: readonly Verdict[] = ['readable', 'unreadable', 'absent', 'not_assessable'];

/** Whether this can be looked for: plates have letters and digits, and signs between them. */
export const isPlatePattern = (text: string): boolean => /^[\p{L}\p{N}\s.?*-]*$/u.test(text);

const two = (n: number): string => String(n).padStart(2, '0');

/** RFC 3339 of a wall time `offset` minutes east of UTC; null for none. */
export function withOffset(wall: string, offset: number): string | null {
  if (wall === '') return null;
  const seconds = /T\d\d:\d\d$/.test(wall) ? `${wall}:00` : wall;
  const minutes = Math.abs(offset);
  return `${seconds}${offset < 0 ? '-' : '+'}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}

/** The query of `GET /vehicles`. */
export function queryOf(search: Search, offset: number, cursor: string | null, limit: number): URLSearchParams {
  const query = new URLSearchParams({ limit: String(limit) });
  const set = (key: string, value: string | null) => {
    if (value) query.set(key, value);
  };
  set('plate', search.plate.trim());
  set('camera', search.camera);
  set('class', search.class);
  set('verdict', search.verdict);
  set('night', search.timeOfDay && String(search.timeOfDay === 'night'));
  set('from', withOffset(search.from, offset));
  set('to', withOffset(search.to, offset));
  set('cursor', cursor);
  return query;
}
