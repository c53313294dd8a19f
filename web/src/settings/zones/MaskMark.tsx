import type { MaskKeys } from '../../api/types';
import { corners } from './drawing';
import { faultOf, middle } from './shape';

interface Props {
  mask: MaskKeys;
  isChosen: boolean;
  /** Its corners, in units of the drawing. */
  points: string;
  /** Of the picture, in the same units. */
  size: readonly [number, number];
  pixel: number;
  onChoose: (event: PointerEvent) => void;
}

/** A privacy mask: flat grey, as it will be in the picture. */
export function MaskMark({ mask, isChosen, points, size, pixel, onChoose }: Props) {
  const [x, y] = middle(corners(mask));
  return (
    <g class={`mask ${isChosen ? 'chosen' : ''}`}>
      <polygon
        points={points}
        class={faultOf(corners(mask)) ? 'faulty' : ''}
        stroke-width={3 * pixel}
        onPointerDown={onChoose}
      />
      <text x={x * size[0]} y={y * size[1]} font-size={14 * pixel} stroke-width={4 * pixel}>
        {mask.id}
      </text>
    </g>
  );
}
