import type { Alert } from '../api/types';
import { boxAt, feet, lineTo, type Way } from './trails';

interface Props {
  alert: Alert;
  ways: readonly Way[];
  startMs: number;
  timeS: number;
  showsBoxes: boolean;
  showsTracks: boolean;
}

/**
 * Boxes around what is in view at this moment, and the ways along which it came, over the player's picture. The clip may be
 * larger than the analysed frame, but shows the same view: the drawing scales as the player does.
 */
export function BoxOverlay({ alert, ways, startMs, timeS, showsBoxes, showsTracks }: Props) {
  const { width, height } = alert.frame;
  if (!(width > 0) || !(height > 0) || (!showsBoxes && !showsTracks)) return null;
  const nowMs = startMs + timeS * 1000;
  return (
    <svg class={`boxes boxes-${alert.severity}`} viewBox={`0 0 ${width} ${height}`} aria-hidden="true">
      {ways.map((way) => {
        const box = boxAt(way, nowMs);
        const line = showsTracks ? lineTo(way, nowMs) : '';
        return (
          <g key={way.track}>
            {line.includes(' ') && <polyline class="way" points={line} />}
            {showsTracks && box && (
              <circle class="feet" cx={feet(box)[0]} cy={feet(box)[1]} r={height / 110} />
            )}
            {showsBoxes && box && <rect x={box[0]} y={box[1]} width={box[2]} height={box[3]} rx="2" />}
          </g>
        );
      })}
    </svg>
  );
}
