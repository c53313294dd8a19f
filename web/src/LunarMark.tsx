import { lunarMark, type LunarDay } from './lunar';

/** The lunar day, small beside a solar one of `date`; days of worship stand out. */
export function LunarMark({ lunar, date }: { lunar: LunarDay; date: string }) {
  return (
    // Drawn by the style sheet: read aloud between day and month it would be a riddle. The day's own label says it in words.
    <i
      class={`lunar-mark ${lunar.day === 1 || lunar.day === 15 ? 'notable' : ''}`}
      data-lunar={lunarMark(lunar, date)}
      aria-hidden="true"
    />
  );
}
