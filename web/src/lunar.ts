/** A day by the moon, as the appliance counts it. */
export interface LunarDay {
  day: number;
  month: number;
  /** The month repeats the number of the one before; calendars write `n` (nhuận) behind it. */
  leap: boolean;
}

/** `15/8`, in a leap month `15/6n`. */
export const lunarWords = ({ day, month, leap }: LunarDay): string => `${day}/${month}${leap ? 'n' : ''}`;

/** As calendars on the wall have it beside the solar day: the month only where it begins, and where the page does. */
export const lunarMark = (lunar: LunarDay, date: string): string =>
  lunar.day === 1 || date.endsWith('-01') ? lunarWords(lunar) : String(lunar.day);
