import type { Alert } from '../api/types';
import { boxesAt } from './marks';

interface Props {
  alert: Alert;
  startMs: number;
  timeS: number;
}

/**
 * Boxes of the findings of this moment over the player's picture. The clip may be larger than the analysed
 * frame, but shows the same view: the drawing scales as the player does.
 */
export function BoxOverlay({ alert, startMs, timeS }: Props) {
  const { width, height } = alert.frame;
  const boxes = boxesAt(alert.findings, startMs, timeS);
  if (boxes.length === 0 || !(width > 0) || !(height > 0)) return null;
  return (
    <svg class={`boxes boxes-${alert.severity}`} viewBox={`0 0 ${width} ${height}`} aria-hidden="true">
      {boxes.map(({ bbox, track, kind }) => (
        <rect key={`${track}/${kind}`} x={bbox[0]} y={bbox[1]} width={bbox[2]} height={bbox[3]} rx="2" />
      ))}
    </svg>
  );
}
