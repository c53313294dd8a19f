// Days and times as they are typed in Vietnam, the day before the month, whatever language the browser has.

/** What a field asks for: a day, a day with a time, or the time only where it matters. */
export type Kind = 'day' | 'minute' | 'either';

const DAY = /^(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})$/;
const ISO_DAY = /^(\d{4})-(\d{2})-(\d{2})$/;
const TIME = /^(\d{1,2})[:hg](\d{2})$/;

const two = (text: string | number): string => String(text).padStart(2, '0');

function dayOf(text: string): string | null {
  const [, day, month, year] = DAY.exec(text) ?? [];
  const [, isoYear, isoMonth, isoDay] = ISO_DAY.exec(text) ?? [];
  const found = day ? `${year}-${two(month ?? '')}-${two(day)}` : `${isoYear}-${isoMonth}-${isoDay}`;
  const date = new Date(`${found}T00:00:00Z`);
  // The 31st of a month that has none would be the first of the next.
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(found) ? found : null;
}

function timeOf(text: string): string | null {
  const [, hour, minute] = TIME.exec(text) ?? [];
  return hour && minute && Number(hour) < 24 && Number(minute) < 60 ? `${two(hour)}:${minute}` : null;
}

/**
 * What was typed, as `2026-02-17` or `2026-02-17T01:30`; empty where nothing was, and null where it is none, or not one
 * yet. The time may stand before the day, as the page shows it.
 */
export function parse(typed: string, kind: Kind): string | null {
  const parts = typed.trim().split(/\s+/).filter(Boolean);
  if (parts.length === 0) return '';
  const days = parts.map(dayOf).filter((day) => day !== null);
  const times = parts.map(timeOf).filter((time) => time !== null);
  const [day] = days;
  const [time] = times;
  if (!day || days.length > 1 || times.length > 1 || days.length + times.length !== parts.length) return null;
  if (time) return kind === 'day' ? null : `${day}T${time}`;
  return kind === 'minute' ? null : day;
}

/** How a field shows what it has. */
export function format(value: string): string {
  const [day = '', time = ''] = value.split('T');
  const [, year, month, date] = ISO_DAY.exec(day) ?? [];
  if (!year) return value;
  return `${date}/${month}/${year}${time ? ` ${time.slice(0, 5)}` : ''}`;
}

/** Whether it lies within what may be asked for; both ends are days, and belong to it. */
export const isWithin = (value: string, min: string | undefined, max: string | undefined): boolean =>
  value === '' || ((!min || value.slice(0, 10) >= min) && (!max || value.slice(0, 10) <= max));
