import type { ArmingKeys } from '../../api/types';
import type { Refusal } from '../useSettings';

export interface PartProps {
  value: ArmingKeys;
  refusal: Refusal | null;
  onChange: (value: ArmingKeys) => void;
}

export const WEEKDAYS = [
  'monday',
  'tuesday',
  'wednesday',
  'thursday',
  'friday',
  'saturday',
  'sunday',
] as const;
export type Weekday = (typeof WEEKDAYS)[number];

/** A span such as `18:00-06:00` as its ends, as far as it is typed. */
export function endsOf(span: string | null | undefined): { from: string; to: string } {
  const [from = '', to = ''] = (span === 'none' ? '' : (span ?? '')).split('-', 2);
  return { from: from.trim(), to: to.trim() };
}

export const spanOf = (from: string, to: string): string => `${from}-${to}`;

/** A list with one of its rows changed, or taken away. */
export const withRow = <T>(rows: readonly T[], index: number, row: T): T[] =>
  rows.map((old, at) => (at === index ? row : old));
export const withoutRow = <T>(rows: readonly T[], index: number): T[] => rows.filter((_, at) => at !== index);

export const orNull = (text: string): string | null => text.trim() || null;
