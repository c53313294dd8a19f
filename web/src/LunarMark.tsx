import { lunarMark, type LunarDay } from './lunar';

/** The lunar day, small beside a solar one of `date`; days of worship stand out. */
export function LunarMark({ lunar, date }: { lunar: LunarDay; date: string }) {
  return (
    <i class={`lunar-mark ${lunar.day === 1 || lunar.day === 15 ? 'notable' : ''}`} aria-hidden="true">
      {lunarMark(lunar, date)}
    </i>
  );
}
