import type { Drawn, LineKeys, MaskKeys, ZoneKeys } from '../../api/types';
import { NO_RULES } from './rules';
import { freeId, within, type Point } from './shape';

/** What has corners: zones, and privacy masks. */
export type AreaKind = 'zones' | 'privacy_masks';

/** A zone or mask by its place in the list. */
export interface Area {
  of: AreaKind;
  index: number;
}

/** What is chosen. */
export type Chosen = Area | { of: 'lines'; index: number };

/** What is drawn, and how it came about. */
export interface Drawing {
  past: readonly Drawn[];
  now: Drawn;
  future: readonly Drawn[];
  chosen: Chosen | null;
  /** Corners of a zone or mask that is being drawn; null while none is. */
  sketch: readonly Point[] | null;
  /** Which of them it becomes. */
  sketchOf: AreaKind;
  /** What it was before the corner that is being moved began to move. */
  before: Drawn | null;
}

export type Act =
  | { type: 'load'; drawn: Drawn }
  | { type: 'choose'; chosen: Chosen | null }
  /** One step that can be taken back. */
  | { type: 'set'; drawn: Drawn; chosen?: Chosen | null }
  /** A corner is on its way: one step, however far. */
  | { type: 'move'; drawn: Drawn }
  | { type: 'moved' }
  | { type: 'undo' }
  | { type: 'redo' }
  | { type: 'sketch'; points: readonly Point[] | null; of?: AreaKind };

const MOST_STEPS = 200;
export const CLOSE_ENOUGH = 0.02;

export const newDrawing = (drawn: Drawn): Drawing => ({
  past: [],
  now: drawn,
  future: [],
  chosen: null,
  sketch: null,
  sketchOf: 'zones',
  before: null,
});

const step = (drawing: Drawing, from: Drawn): Pick<Drawing, 'past' | 'future'> => ({
  past: [...drawing.past, from].slice(-MOST_STEPS),
  future: [],
});

/** What is chosen may be gone. */
const kept = (chosen: Chosen | null, drawn: Drawn): Chosen | null =>
  chosen && chosen.index < drawn[chosen.of].length ? chosen : null;

export function reduce(drawing: Drawing, act: Act): Drawing {
  switch (act.type) {
    case 'load':
      return { ...newDrawing(act.drawn), chosen: kept(drawing.chosen, act.drawn) };
    case 'choose':
      return { ...drawing, chosen: act.chosen };
    case 'set': {
      const chosen = act.chosen === undefined ? drawing.chosen : act.chosen;
      return {
        ...drawing,
        ...step(drawing, drawing.now),
        now: act.drawn,
        chosen: kept(chosen, act.drawn),
        sketch: null,
        before: null,
      };
    }
    case 'move':
      return { ...drawing, before: drawing.before ?? drawing.now, now: act.drawn };
    case 'moved':
      if (!drawing.before) return drawing;
      return { ...drawing, ...step(drawing, drawing.before), before: null };
    case 'undo': {
      // Of a sketch its last corner.
      if (drawing.sketch)
        return { ...drawing, sketch: drawing.sketch.length ? drawing.sketch.slice(0, -1) : null };
      const now = drawing.past.at(-1);
      if (!now) return drawing;
      const future = [drawing.now, ...drawing.future];
      return { ...drawing, past: drawing.past.slice(0, -1), now, future, chosen: kept(drawing.chosen, now) };
    }
    case 'redo': {
      const [now, ...future] = drawing.future;
      if (!now) return drawing;
      return {
        ...drawing,
        past: [...drawing.past, drawing.now],
        now,
        future,
        chosen: kept(drawing.chosen, now),
      };
    }
    case 'sketch':
      return {
        ...drawing,
        sketch: act.points,
        sketchOf: act.of ?? drawing.sketchOf,
        chosen: act.points ? null : drawing.chosen,
      };
  }
}

export const withZone = (drawn: Drawn, index: number, zone: ZoneKeys): Drawn => ({
  ...drawn,
  zones: drawn.zones.map((old, at) => (at === index ? zone : old)),
});

/** By another id; it stays the zone that it was, with its rules and its plan. */
export function renamed({ was, ...zone }: ZoneKeys, id: string): ZoneKeys {
  const before = was ?? zone.id;
  return id === before ? { ...zone, id } : { ...zone, id, was: before };
}

export const withLine = (drawn: Drawn, index: number, line: LineKeys): Drawn => ({
  ...drawn,
  lines: drawn.lines.map((old, at) => (at === index ? line : old)),
});

export const withMask = (drawn: Drawn, index: number, mask: MaskKeys): Drawn => ({
  ...drawn,
  privacy_masks: drawn.privacy_masks.map((old, at) => (at === index ? mask : old)),
});

export const without = (drawn: Drawn, { of, index }: Chosen): Drawn => ({
  ...drawn,
  [of]: drawn[of].filter((_, at) => at !== index),
});

export const corners = (area: ZoneKeys | MaskKeys): readonly Point[] => area.polygon;

const cornersOf = (drawn: Drawn, { of, index }: Area): [number, number][] | null =>
  drawn[of][index]?.polygon ?? null;

const withCorners = (drawn: Drawn, { of, index }: Area, polygon: [number, number][]): Drawn => ({
  ...drawn,
  [of]: drawn[of].map((old, at) => (at === index ? { ...old, polygon } : old)),
});

export function moveCorner(drawn: Drawn, area: Area, corner: number, to: Point): Drawn {
  const old = cornersOf(drawn, area);
  if (!old) return drawn;
  return withCorners(drawn, area, old.map((point, at) => (at === corner ? within(to) : point))); // prettier-ignore
}

/** A new corner between this one and the next. */
export function splitEdge(drawn: Drawn, area: Area, corner: number): Drawn {
  const old = cornersOf(drawn, area);
  const a = old?.[corner];
  const b = old?.[(corner + 1) % old.length];
  if (!old || !a || !b) return drawn;
  const polygon = [...old];
  polygon.splice(corner + 1, 0, within([(a[0] + b[0]) / 2, (a[1] + b[1]) / 2]));
  return withCorners(drawn, area, polygon);
}

/** A triangle keeps its corners. */
export function dropCorner(drawn: Drawn, area: Area, corner: number): Drawn {
  const old = cornersOf(drawn, area);
  if (!old || old.length <= 3) return drawn;
  return withCorners(drawn, area, old.filter((_, at) => at !== corner)); // prettier-ignore
}

export function moveEnd(drawn: Drawn, line: number, end: 'from' | 'to', to: Point): Drawn {
  const old = drawn.lines[line];
  return old ? withLine(drawn, line, { ...old, [end]: within(to) }) : drawn;
}

export function addZone(drawn: Drawn, polygon: readonly Point[]): { drawn: Drawn; chosen: Chosen } {
  const id = freeId('vung', drawn.zones.map((zone) => zone.id)); // prettier-ignore
  const zone: ZoneKeys = { id, kind: 'yard', polygon: polygon.map(within), rules: NO_RULES };
  return {
    drawn: { ...drawn, zones: [...drawn.zones, zone] },
    chosen: { of: 'zones', index: drawn.zones.length },
  };
}

export function addMask(drawn: Drawn, polygon: readonly Point[]): { drawn: Drawn; chosen: Chosen } {
  const id = freeId('che', drawn.privacy_masks.map((mask) => mask.id)); // prettier-ignore
  const mask: MaskKeys = { id, polygon: polygon.map(within) };
  return {
    drawn: { ...drawn, privacy_masks: [...drawn.privacy_masks, mask] },
    chosen: { of: 'privacy_masks', index: drawn.privacy_masks.length },
  };
}

export function addLine(drawn: Drawn): { drawn: Drawn; chosen: Chosen } {
  const id = freeId('vach', drawn.lines.map((line) => line.id)); // prettier-ignore
  const line: LineKeys = { id, from: [0.3, 0.6], to: [0.7, 0.6], direction: 'in' };
  return {
    drawn: { ...drawn, lines: [...drawn.lines, line] },
    chosen: { of: 'lines', index: drawn.lines.length },
  };
}

/** For who draws without a pointer. */
export const SQUARE: readonly Point[] = [[0.35, 0.45], [0.65, 0.45], [0.65, 0.8], [0.35, 0.8]]; // prettier-ignore

/** A tap on the picture: another corner of the sketch, or its end where it meets the first. */
export function tap(
  sketch: readonly Point[],
  at: Point,
  aspect: number,
): { points: readonly Point[]; isClosed: boolean } {
  const [first] = sketch;
  const isNear = first && Math.hypot(first[0] - at[0], (first[1] - at[1]) / aspect) < CLOSE_ENOUGH;
  if (isNear && sketch.length >= 3) return { points: sketch, isClosed: true };
  return isNear ? { points: sketch, isClosed: false } : { points: [...sketch, within(at)], isClosed: false };
}
