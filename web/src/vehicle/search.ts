import type { Verdict, VehicleClass } from '../api/types';

/** What is looked for; an empty text is anything. */
export interface Search {
  plate: string;
  camera: string;
  class: VehicleClass | '';
  verdict: Verdict | '';
  timeOfDay: 'night' | 'day' | '';
  /** First and last day by the office's clock, all of it (`2026-02-17`), or from and until a time of it (`2026-02-17T22:30`). */
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

/** RFC 3339 of a wall time `offset` minutes east of UTC. */
export function withOffset(wall: string, offset: number): string {
  const minutes = Math.abs(offset);
  return `${wall}${offset < 0 ? '-' : '+'}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}

const DAY_MS = 86_400_000;
const dayAfter = (day: string): string => new Date(Date.parse(day) + DAY_MS).toISOString().slice(0, 10);

/** The query of `GET /vehicles`. */
export function queryOf(
  search: Search,
  offset: number,
  cursor: string | null,
  limit: number,
): URLSearchParams {
  const query = new URLSearchParams({ limit: String(limit) });
  const set = (key: string, value: string | null) => {
    if (value) query.set(key, value);
  };
  set('plate', search.plate.trim());
  set('camera', search.camera);
  set('class', search.class);
  set('verdict', search.verdict);
  set('night', search.timeOfDay && String(search.timeOfDay === 'night'));
  const wall = (moment: string) => (moment.includes('T') ? `${moment}:00` : `${moment}T00:00:00`);
  set('from', search.from && withOffset(wall(search.from), offset));
  set('to', search.to && withOffset(wall(search.to.includes('T') ? search.to : dayAfter(search.to)), offset));
  set('cursor', cursor);
  return query;
}

/** What an address asks for. */
export function searchOf(query: URLSearchParams): Search {
  const text = (key: string) => query.get(key) ?? '';
  const one = <Choice extends string>(key: string, choices: readonly Choice[]): Choice | '' =>
    choices.find((choice) => choice === query.get(key)) ?? '';
  return {
    plate: text('plate'),
    camera: text('camera'),
    class: one('class', CLASSES),
    verdict: one('verdict', VERDICTS),
    timeOfDay: one('timeOfDay', ['night', 'day']),
    from: momentOf(text('from')),
    to: momentOf(text('to')),
  };
}

const momentOf = (text: string): string =>
  /^\d{4}-\d\d-\d\d(T\d\d:\d\d)?$/.test(text) && !Number.isNaN(Date.parse(text)) ? text : '';

/** How an address says it. */
export const queryOfSearch = (search: Search): URLSearchParams =>
  new URLSearchParams(Object.entries(search).filter(([, value]) => value !== ''));
