import { useRef, useState } from 'preact/hooks';
import type { Drawn, StandingPerson, ZoneKind } from '../../api/types';
import { useWidth } from '../../browser';
import { useSession } from '../../session/session';
import {
  corners,
  dropCorner,
  moveCorner,
  moveEnd,
  splitEdge,
  tap,
  type Act,
  type Area,
  type Drawing,
} from './drawing';
import { Handle } from './Handle';
import { LineMark } from './LineMark';
import { MaskMark } from './MaskMark';
import { Persons } from './Persons';
import { faultOf, middle, type Point } from './shape';

interface Props {
  drawing: Drawing;
  dispatch: (act: Act) => void;
  onFinish: (points: readonly Point[]) => void;
  /** Of the picture; null where there is none. */
  picture: string | null;
  name: string;
  /** How tall persons are there, as far as that is known. */
  persons: readonly StandingPerson[];
}

/** Units of the drawing across the picture. */
const ACROSS = 1000;
const KINDS: readonly ZoneKind[] = ['yard', 'building', 'protected', 'parking', 'ignore'];
type Grip = { of: 'corner'; area: Area; corner: number } | { of: 'end'; line: number; end: 'from' | 'to' };

/** The camera's picture with its zones and lines, which are moved on it by pointer, touch or keys. */
export function ZoneCanvas({ drawing, dispatch, onFinish, picture, name, persons }: Props) {
  const { t } = useSession();
  const frame = useRef<HTMLDivElement>(null);
  const svg = useRef<SVGSVGElement>(null);
  const [aspect, setAspect] = useState(16 / 9);
  const [pointer, setPointer] = useState<Point | null>(null);
  const grip = useRef<Grip | null>(null);
  const width = useWidth(frame);
  /** A pixel in units of the drawing: handles are as large on any screen. */
  const pixel = width > 0 ? ACROSS / width : 1;
  const down = ACROSS / aspect;
  const { now, chosen, sketch } = drawing;

  const placeOf = (event: PointerEvent): Point => {
    const box = svg.current?.getBoundingClientRect();
    if (!box || box.width === 0 || box.height === 0) return [0, 0];
    return [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height];
  };
  const put = (drawn: Drawn, of: Grip, to: Point): Drawn =>
    of.of === 'corner' ? moveCorner(drawn, of.area, of.corner, to) : moveEnd(drawn, of.line, of.end, to);
  const take = (of: Grip) => (event: PointerEvent) => {
    if (sketch) return;
    event.stopPropagation();
    grip.current = of;
    svg.current?.setPointerCapture(event.pointerId);
  };
  const onDown = (event: PointerEvent) => {
    if (!sketch) {
      if (event.target === svg.current) dispatch({ type: 'choose', chosen: null });
      return;
    }
    const { points, isClosed } = tap(sketch, placeOf(event), aspect);
    if (isClosed) onFinish(points);
    else dispatch({ type: 'sketch', points });
  };
  const onMove = (event: PointerEvent) => {
    if (sketch) setPointer(placeOf(event));
    if (grip.current) dispatch({ type: 'move', drawn: put(now, grip.current, placeOf(event)) });
  };
  const onUp = () => {
    grip.current = null;
    dispatch({ type: 'moved' });
  };
  const unit = ([x, y]: Point): string => `${x * ACROSS},${y * down}`;
  const line = (points: readonly Point[]): string => points.map(unit).join(' ');
  const sketched = sketch && pointer ? [...sketch, pointer] : (sketch ?? []);
  const zone = chosen?.of === 'zones' ? now.zones[chosen.index] : undefined;
  const area = chosen && chosen.of !== 'lines' ? chosen : null;
  const shape = area ? now[area.of][area.index] : undefined;
  return (
    // As wide as there is room, and no higher than the screen leaves.
    <div class="canvas" ref={frame} style={{ maxWidth: `calc((100dvh - 330px) * ${aspect})` }}>
      {picture ? (
        <img
          src={picture}
          alt={t('camera.picture', { name })}
          draggable={false}
          onLoad={({ currentTarget: { naturalWidth, naturalHeight } }) =>
            naturalWidth > 0 && naturalHeight > 0 && setAspect(naturalWidth / naturalHeight)
          }
        />
      ) : (
        <p class="canvas-empty">{t('zones.no_picture')}</p>
      )}
      <svg
        ref={svg}
        class={`canvas-drawing ${sketch ? 'sketching' : ''}`}
        viewBox={`0 0 ${ACROSS} ${down}`}
        preserveAspectRatio="none"
        role="group"
        aria-label={t('zones.canvas')}
        onPointerDown={onDown}
        onPointerMove={onMove}
        onPointerUp={onUp}
        onPointerCancel={onUp}
      >
        <Patterns />
        {now.zones.map((other, index) => (
          <g key={other.id} class={`zone zone-${other.kind} ${zone === other ? 'chosen' : ''}`}>
            <polygon
              points={line(corners(other))}
              class={faultOf(corners(other)) ? 'faulty' : ''}
              fill={`url(#pattern-${other.kind})`}
              stroke-width={3 * pixel}
              onPointerDown={(event) => {
                if (sketch) return;
                event.stopPropagation();
                dispatch({ type: 'choose', chosen: { of: 'zones', index } });
              }}
            />
            <text
              x={middle(corners(other))[0] * ACROSS}
              y={middle(corners(other))[1] * down}
              font-size={14 * pixel}
              stroke-width={4 * pixel}
            >
              {other.id}
            </text>
          </g>
        ))}
        {now.privacy_masks.map((other, index) => (
          <MaskMark
            key={other.id}
            mask={other}
            isChosen={shape === other}
            points={line(corners(other))}
            size={[ACROSS, down]}
            pixel={pixel}
            onChoose={(event) => {
              if (sketch) return;
              event.stopPropagation();
              dispatch({ type: 'choose', chosen: { of: 'privacy_masks', index } });
            }}
          />
        ))}
        <Persons persons={persons} size={[ACROSS, down]} pixel={pixel} />
        {now.lines.map((other, index) => (
          <LineMark
            key={other.id}
            line={other}
            isChosen={chosen?.of === 'lines' && chosen.index === index}
            size={[ACROSS, down]}
            pixel={pixel}
            onChoose={() => !sketch && dispatch({ type: 'choose', chosen: { of: 'lines', index } })}
          />
        ))}
        {shape &&
          area &&
          !sketch &&
          corners(shape).map((corner, at, all) => {
            const next = all[(at + 1) % all.length] ?? corner;
            return (
              <g key={at}>
                <circle
                  class="split"
                  cx={((corner[0] + next[0]) / 2) * ACROSS}
                  cy={((corner[1] + next[1]) / 2) * down}
                  r={7 * pixel}
                  stroke-width={2 * pixel}
                  onPointerDown={(event) => {
                    dispatch({ type: 'set', drawn: splitEdge(now, area, at) });
                    take({ of: 'corner', area, corner: at + 1 })(event);
                  }}
                />
                <Handle
                  at={corner}
                  size={[ACROSS, down]}
                  pixel={pixel}
                  label={t(area.of === 'zones' ? 'zones.corner' : 'masks.corner', {
                    n: at + 1,
                    id: shape.id,
                  })}
                  onTake={take({ of: 'corner', area, corner: at })}
                  onPlace={(to) => dispatch({ type: 'set', drawn: moveCorner(now, area, at, to) })}
                  onAct={(act) => dispatch(actOnCorner(act, now, area, at))}
                />
              </g>
            );
          })}
        {chosen?.of === 'lines' &&
          !sketch &&
          (['from', 'to'] as const).map((end) => {
            const at = now.lines[chosen.index]?.[end];
            return (
              at && (
                <Handle
                  key={end}
                  at={at}
                  size={[ACROSS, down]}
                  pixel={pixel}
                  label={t(`zones.end.${end}`, { id: now.lines[chosen.index]?.id ?? '' })}
                  onTake={take({ of: 'end', line: chosen.index, end })}
                  onPlace={(to) => dispatch({ type: 'set', drawn: moveEnd(now, chosen.index, end, to) })}
                />
              )
            );
          })}
        {sketch && (
          <g class="sketch">
            <polyline points={line(sketched)} stroke-width={3 * pixel} />
            {sketch.map((point, at) => (
              <circle
                key={at}
                cx={point[0] * ACROSS}
                cy={point[1] * down}
                r={(at === 0 ? 10 : 6) * pixel}
                stroke-width={2 * pixel}
              />
            ))}
          </g>
        )}
      </svg>
    </div>
  );
}

function actOnCorner(act: 'split' | 'drop', drawn: Drawn, area: Area, corner: number): Act {
  const changed = act === 'split' ? splitEdge(drawn, area, corner) : dropCorner(drawn, area, corner);
  return changed === drawn ? { type: 'choose', chosen: area } : { type: 'set', drawn: changed };
}

/** A kind is told by its pattern as well as by its colour. */
function Patterns() {
  return (
    <defs>
      {KINDS.map((kind) => (
        <pattern
          key={kind}
          id={`pattern-${kind}`}
          class={`pattern pattern-${kind}`}
          width="18"
          height="18"
          patternUnits="userSpaceOnUse"
        >
          <rect class="ground" width="18" height="18" />
          {kind === 'yard' && <path d="M-2 20 20 -2M7 29 29 7" />}
          {kind === 'building' && <circle cx="9" cy="9" r="2.5" />}
          {kind === 'protected' && <path d="M0 0 18 18M18 0 0 18" />}
          {kind === 'parking' && <path d="M9 0V18" />}
          {kind === 'ignore' && <path d="M0 9H10" />}
        </pattern>
      ))}
    </defs>
  );
}
