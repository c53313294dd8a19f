// Times come from the server as RFC 3339 with the office's offset. They are shown as the office's wall
// clock says, whatever the time zone of this browser.

export type Language = 'vi' | 'en';

export interface WallTime {
  year: number;
  month: number;
  day: number;
  hour: number;
  minute: number;
  second: number;
  /** 0 is Sunday. */
  weekday: number;
}

const RFC3339 = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?(Z|([+-])(\d{2}):(\d{2}))$/;

/** Minutes east of UTC in an RFC 3339 time, or null when it is not one. */
export function offsetMinutes(time: string): number | null {
  const match = RFC3339.exec(time);
  if (!match) return null;
  if (match[1] === 'Z') return 0;
  const minutes = Number(match[3]) * 60 + Number(match[4]);
  return match[2] === '-' ? -minutes : minutes;
}

/** Milliseconds since 1970, or NaN. */
export const millis = (time: string): number => Date.parse(time);

/** The wall clock of a place `offset` minutes east of UTC. */
export function wallTime(ms: number, offset: number): WallTime {
  const date = new Date(ms + offset * 60_000);
  return {
    year: date.getUTCFullYear(),
    month: date.getUTCMonth() + 1,
    day: date.getUTCDate(),
    hour: date.getUTCHours(),
    minute: date.getUTCMinutes(),
    second: date.getUTCSeconds(),
    weekday: date.getUTCDay(),
  };
}

const two = (n: number): string => String(n).padStart(2, '0');
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const WEEKDAYS: Record<Language, readonly string[]> = {
  vi: ['Chủ nhật', 'Thứ hai', 'Thứ ba', 'Thứ tư', 'Thứ năm', 'Thứ sáu', 'Thứ bảy'],
  en: ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'],
};

export const formatClock = (w: WallTime): string => `${two(w.hour)}:${two(w.minute)}:${two(w.second)}`;

export function formatDate(w: WallTime, language: Language): string {
  return language === 'vi'
    ? `${two(w.day)}/${two(w.month)}/${w.year}`
    : `${w.day} ${MONTHS[w.month - 1] ?? ''} ${w.year}`;
}

export const formatWeekday = (w: WallTime, language: Language): string => WEEKDAYS[language][w.weekday] ?? '';

function wallOf(time: string): WallTime | null {
  const offset = offsetMinutes(time);
  return offset === null ? null : wallTime(millis(time), offset);
}

/** `01:30:05`; a time that cannot be read is shown as it came. */
export function clockOf(time: string): string {
  const wall = wallOf(time);
  return wall ? formatClock(wall) : time;
}

/** `17/02/2026` or `17 Feb 2026`. */
export function dateOf(time: string, language: Language): string {
  const wall = wallOf(time);
  return wall ? formatDate(wall, language) : time;
}

/** Time of day first: at night the hour is what a guard reads. */
export function dateTimeOf(time: string, language: Language): string {
  const wall = wallOf(time);
  return wall ? `${formatClock(wall)} · ${formatDate(wall, language)}` : time;
}

export type Span = { unit: 'now' } | { unit: 'second' | 'minute' | 'hour' | 'day'; n: number };

/** How long a stretch is, in its largest whole unit. A negative one (clocks differ) is "now". */
export function span(ms: number): Span {
  const seconds = Math.floor(ms / 1000);
  if (!(seconds >= 1)) return { unit: 'now' };
  if (seconds < 60) return { unit: 'second', n: seconds };
  if (seconds < 3600) return { unit: 'minute', n: Math.floor(seconds / 60) };
  if (seconds < 86_400) return { unit: 'hour', n: Math.floor(seconds / 3600) };
  return { unit: 'day', n: Math.floor(seconds / 86_400) };
}

/** `0:07`, `12:30`, `1:02:03`. */
export function formatDuration(ms: number): string {
  const total = Math.max(0, Math.round(ms / 1000));
  const hours = Math.floor(total / 3600);
  const minutes = Math.floor((total % 3600) / 60);
  return hours > 0 ? `${hours}:${two(minutes)}:${two(total % 60)}` : `${minutes}:${two(total % 60)}`;
}
