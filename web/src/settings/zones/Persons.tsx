import type { StandingPerson } from '../../api/types';
import { figures } from './figures';

interface Props {
  persons: readonly StandingPerson[];
  /** Of the picture, in units of the drawing. */
  size: readonly [number, number];
  pixel: number;
}

/** A figure is so wide for its height. */
const WIDTH = 0.32;

/** Figures as tall as a person is at some depths of the picture: what a zone is large enough for. */
export function Persons({ persons, size, pixel }: Props) {
  return (
    <g class="standing" aria-hidden="true">
      {figures(persons).map(({ x, feetY, height }) => {
        const [across, tall] = [x * size[0], height * size[1]];
        const [top, feet, half] = [feetY * size[1] - tall, feetY * size[1], (tall * WIDTH) / 2];
        const head = tall * 0.09;
        const body =
          `M${across - half} ${top + tall * 0.24}h${2 * half}v${tall * 0.28}h${-half * 0.35}V${feet}` +
          `h${-half * 1.3}V${top + tall * 0.52}h${-half * 0.35}z`;
        return (
          <g key={x} stroke-width={2 * pixel}>
            <circle cx={across} cy={top + head} r={head} />
            <path d={body} />
          </g>
        );
      })}
    </g>
  );
}
