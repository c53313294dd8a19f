import { to, type Route } from '../route/route';
import { millis } from '../time';

/** Cameras that are watched in step at most. */
export const MOST_CAMERAS = 4;

/** What of the recordings is looked at, as an address says it: `#/recordings/cong?at=2026-02-17T01:30:00Z&with=kho,bai-xe`. */
export interface Look {
  /** The first is the one whose line of time comes first; may be empty while the cameras are not known. */
  cameras: readonly string[];
  /** Null for the latest. */
  atMs: number | null;
}

export function lookOf({ id, query }: Pick<Route, 'id' | 'query'>): Look {
  const at = millis(query.get('at') ?? '');
  const others = (query.get('with') ?? '').split(',');
  const cameras = [id ?? '', ...others].filter(
    (camera, place, all) => camera !== '' && all.indexOf(camera) === place,
  );
  return { cameras: cameras.slice(0, MOST_CAMERAS), atMs: Number.isFinite(at) ? at : null };
}

export function routeOf({ cameras, atMs }: Look): Route {
  const [first = null, ...others] = cameras;
  const query = new URLSearchParams();
  if (atMs !== null) query.set('at', isoOf(atMs));
  if (others.length > 0) query.set('with', others.join(','));
  return to('recordings', first, query);
}

/** To the second: that is how exactly a moment is linked to. */
export const isoOf = (ms: number): string =>
  new Date(Math.floor(ms / 1000) * 1000).toISOString().replace('.000', '');
