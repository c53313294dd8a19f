import type { DailyReport } from '../api/types';
import { useSession } from '../session/session';
import { barsOf, PARTS, ticksOf, type Part } from './chart';

const WIDTH = 720;
const HEIGHT = 170;
const LEFT = 34;
const BOTTOM = 22;
const TOP = 8;

const WORDS: Readonly<Record<Part, 'report.true' | 'report.false' | 'report.unsettled'>> = {
  true_alarms: 'report.true',
  false_alarms: 'report.false',
  unsettled: 'report.unsettled',
};

/** How many alerts each hour had, and what they were: told by fill and by hatching. Who listens has the table. */
export function HourChart({ hours }: { hours: DailyReport['hours'] }) {
  const { t } = useSession();
  const bars = barsOf(hours);
  const ticks = ticksOf(Math.max(...bars.map((bar) => bar.total), 0));
  const greatest = ticks.at(-1) ?? 1;
  const step = (WIDTH - LEFT) / Math.max(bars.length, 1);
  const y = (count: number) => TOP + (HEIGHT - TOP - BOTTOM) * (1 - count / greatest);
  return (
    <figure class="hour-chart">
      <figcaption class="legend">
        {PARTS.map((part) => (
          <span key={part} class="legend-entry">
            <svg width="16" height="16" viewBox="0 0 16 16" aria-hidden="true">
              <Hatching />
              <rect class={`bar bar-${part}`} x="1" y="1" width="14" height="14" />
            </svg>
            {t(WORDS[part])}
          </span>
        ))}
      </figcaption>
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} aria-hidden="true">
        <Hatching />
        {[0, ...ticks].map((tick) => (
          <g key={tick}>
            <line class="chart-line" x1={LEFT} x2={WIDTH} y1={y(tick)} y2={y(tick)} />
            <text class="chart-words" x={LEFT - 6} y={y(tick) + 4} text-anchor="end">
              {tick}
            </text>
          </g>
        ))}
        {bars.map((bar, place) => (
          <g key={place}>
            {bar.stacks.map(({ part, from, to }) => (
              <rect
                key={part}
                class={`bar bar-${part}`}
                x={LEFT + place * step + 3}
                width={step - 6}
                y={y(to)}
                height={y(from) - y(to)}
              />
            ))}
            {place % 3 === 0 && (
              <text class="chart-words" x={LEFT + place * step} y={HEIGHT - 6}>
                {bar.hour}
              </text>
            )}
          </g>
        ))}
      </svg>
      <table class="unseen">
        <caption>{t('report.hours.table')}</caption>
        <thead>
          <tr>
            <th scope="col">{t('report.hour')}</th>
            {PARTS.map((part) => (
              <th key={part} scope="col">
                {t(WORDS[part])}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {hours.map((hour, place) => (
            <tr key={hour.from}>
              <th scope="row">{bars[place]?.hour}</th>
              {PARTS.map((part) => (
                <td key={part}>{hour[part]}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </figure>
  );
}

function Hatching() {
  return (
    <defs>
      <pattern id="hatching" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
        <rect class="hatching-ground" width="6" height="6" />
        <line class="hatching-line" x1="0" y1="0" x2="0" y2="6" />
      </pattern>
    </defs>
  );
}
