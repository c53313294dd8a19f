import type { AlarmVerdict, Alert, Attribute, Finding, Severity } from '../api/types';
import { isPlatePattern, withOffset } from '../vehicle/search';

/** Which alerts are looked for; an empty text is any. */
export interface Search {
  /** Wall times of the office: `2026-02-17T01:30`. */
  from: string;
  to: string;
  camera: string;
  kind: Finding['kind'] | '';
  severity: Severity | '';
  state: Alert['state'] | '';
  verdict: AlarmVerdict | '';
  owner: string;
  plate: string;
  text: string;
  /** Each of these somebody in it wears or carries. */
  attributes: readonly Attribute[];
}

export const ANYTHING: Search = {
  from: '',
  to: '',
  camera: '',
  kind: '',
  severity: '',
  state: '',
  verdict: '',
  owner: '',
  plate: '',
  text: '',
  attributes: [],
};

export const ATTRIBUTES: readonly Attribute[] = ['mask', 'hat', 'gloves', 'bag'];
export const SEVERITIES: readonly Severity[] = ['critical', 'warning', 'notice'];
export const STATES: readonly Alert['state'][] = ['new', 'claimed', 'resolved'];
export const VERDICTS: readonly AlarmVerdict[] = ['true_alarm', 'false_alarm'];
export const KINDS: readonly Finding['kind'][] = [
  'person',
  'face_covered',
  'head_covered',
  'gloves',
  'bag',
  'vehicle',
  'plate_absent',
  'plate_unreadable',
  'plate_suspect',
  'plate_wanted',
  'loitering',
  'seen_before',
  'protected_room',
  'camera_tampered',
  'camera_offline',
];

/** What the appliance takes of words. */
const MOST_WORDS = 8;
export const isText = (text: string): boolean => text.trim().split(/\s+/).length <= MOST_WORDS;
export { isPlatePattern as isPlate };

const WALL = /^\d{4}-\d\d-\d\dT\d\d:\d\d$/;
const wallOf = (text: string): string => (WALL.test(text) && !Number.isNaN(Date.parse(text)) ? text : '');

/** The query of `GET /alerts`. */
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
  set('from', search.from && withOffset(`${search.from}:00`, offset));
  // To the end of the minute that is named.
  set('to', search.to && withOffset(`${search.to}:59.999`, offset));
  set('camera', search.camera);
  set('kind', search.kind);
  set('severity', search.severity);
  set('state', search.state);
  set('verdict', search.verdict);
  set('owner', search.owner.trim());
  set('plate', search.plate.trim());
  set('text', search.text.trim());
  set('attribute', search.attributes.join(','));
  set('cursor', cursor);
  return query;
}

/** What an address asks for. */
export function searchOf(query: URLSearchParams): Search {
  const text = (key: string) => query.get(key) ?? '';
  const one = <Choice extends string>(key: string, choices: readonly Choice[]): Choice | '' =>
    choices.find((choice) => choice === query.get(key)) ?? '';
  const worn = text('attributes').split(',');
  return {
    from: wallOf(text('from')),
    to: wallOf(text('to')),
    camera: text('camera'),
    kind: one('kind', KINDS),
    severity: one('severity', SEVERITIES),
    state: one('state', STATES),
    verdict: one('verdict', VERDICTS),
    owner: text('owner'),
    plate: isPlatePattern(text('plate')) ? text('plate') : '',
    text: isText(text('text')) ? text('text') : '',
    attributes: ATTRIBUTES.filter((attribute) => worn.includes(attribute)),
  };
}

/** How an address says it. */
export function queryOfSearch({ attributes, ...search }: Search): URLSearchParams {
  const pairs = [...Object.entries(search), ['attributes', attributes.join(',')] as const];
  return new URLSearchParams(pairs.filter(([, value]) => value !== '').map(([key, value]) => [key, value]));
}
