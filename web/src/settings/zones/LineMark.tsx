import type { LineKeys } from '../../api/types';

interface Props {
  line: LineKeys;
  isChosen: boolean;
  size: readonly [number, number];
  pixel: number;
  onChoose: () => void;
}

/** A line with an arrow on the side to which people are told of: in is to the right of whoever walks along it. */
export function LineMark({ line, isChosen, size, pixel, onChoose }: Props) {
  const [x1, y1] = [line.from[0] * size[0], line.from[1] * size[1]];
  const [x2, y2] = [line.to[0] * size[0], line.to[1] * size[1]];
  const length = Math.hypot(x2 - x1, y2 - y1) || 1;
  // y points down: the right hand of (dx, dy) is (-dy, dx).
  const [rx, ry] = [-(y2 - y1) / length, (x2 - x1) / length];
  const [mx, my] = [(x1 + x2) / 2, (y1 + y2) / 2];
  const arrow = (towards: 1 | -1) => {
    const at = (along: number, across: number) =>
      `${mx + towards * rx * along * pixel + ry * across * pixel},${my + towards * ry * along * pixel - rx * across * pixel}`;
    return `${at(6, 0)} ${at(34, 0)} ${at(24, 8)} ${at(34, 0)} ${at(24, -8)}`;
  };
  return (
    <g
      class={`line-mark ${isChosen ? 'chosen' : ''}`}
      onPointerDown={(event) => {
        event.stopPropagation();
        onChoose();
      }}
    >
      <line class="reach" x1={x1} y1={y1} x2={x2} y2={y2} stroke-width={30 * pixel} />
      <line x1={x1} y1={y1} x2={x2} y2={y2} stroke-width={4 * pixel} />
      {line.direction !== 'out' && <polyline points={arrow(1)} stroke-width={3 * pixel} />}
      {line.direction !== 'in' && <polyline points={arrow(-1)} stroke-width={3 * pixel} />}
      <text x={x1} y={y1 - 14 * pixel} font-size={14 * pixel} stroke-width={4 * pixel}>
        {line.id}
      </text>
    </g>
  );
}
