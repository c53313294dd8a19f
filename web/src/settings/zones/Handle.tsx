import type { Point } from './shape';

interface Props {
  at: Point;
  /** Of the picture, in units of the drawing. */
  size: readonly [number, number];
  pixel: number;
  label: string;
  onTake: (event: PointerEvent) => void;
  onPlace: (to: Point) => void;
  /** Of a corner: Insert or + adds one behind it, Delete takes it away. */
  onAct?: (act: 'split' | 'drop') => void;
}

/** A hundredth of the picture; with Shift a twentieth, with Ctrl a thousandth. */
const STEP = 0.01;
const ARROWS: Readonly<Record<string, Point>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

/** A point that is moved by pointer or arrow keys; large enough for a finger. */
export function Handle({ at, size, pixel, label, onTake, onPlace, onAct }: Props) {
  const percent = (n: number) => Math.round(n * 100);
  const onKeyDown = (event: KeyboardEvent) => {
    const arrow = ARROWS[event.key];
    if (arrow) {
      const step = STEP * (event.shiftKey ? 5 : event.ctrlKey ? 0.1 : 1);
      onPlace([at[0] + arrow[0] * step, at[1] + arrow[1] * step]);
    } else if (onAct && (event.key === 'Delete' || event.key === 'Backspace')) onAct('drop');
    else if (onAct && (event.key === 'Insert' || event.key === '+')) onAct('split');
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const [x, y] = [at[0] * size[0], at[1] * size[1]];
  return (
    <g
      class="handle"
      role="button"
      tabindex={0}
      aria-label={`${label}: ${percent(at[0])} %, ${percent(at[1])} %`}
      onPointerDown={onTake}
      onKeyDown={onKeyDown}
    >
      <circle class="reach" cx={x} cy={y} r={22 * pixel} />
      <circle class="grip" cx={x} cy={y} r={9 * pixel} stroke-width={3 * pixel} />
    </g>
  );
}
