/** The parts of the page that the header leads to, in its order. */
export const VIEWS = ['alerts', 'live', 'recordings', 'search', 'vehicles', 'shift', 'settings'] as const;
export type View = (typeof VIEWS)[number];

/**
 * What the page shows, as its address says it: `#/alerts/ID`, `#/vehicles?plate=12A*`. So every view can be linked to, and
 * the browser's own way back works.
 */
export interface Route {
  view: View | 'camera' | 'accounts' | 'audit' | 'notice';
  /** Of the alert or camera that is chosen; null where none is: the first alert of the queue. */
  id: string | null;
  /** What a view wants to keep in its address. */
  query: URLSearchParams;
}

export const to = (view: Route['view'], id: string | null = null, query = new URLSearchParams()): Route => ({
  view,
  id,
  query,
});

/** The queue, with its first alert chosen. */
export const HOME = to('alerts');

/** What an address asks for; whatever it does not understand is the queue. */
export function parseRoute(hash: string): Route {
  const [path = '', query = ''] = hash.replace(/^#?\/?/, '').split('?', 2);
  const [view = '', id = ''] = path.split('/');
  if (!isView(view)) return HOME;
  return to(view, decode(id), new URLSearchParams(query));
}

export function formatRoute({ view, id, query }: Route): string {
  const path = id === null ? view : `${view}/${encodeURIComponent(id)}`;
  const rest = query.toString();
  return `#/${path}${rest && `?${rest}`}`;
}

const isView = (text: string): text is Route['view'] =>
  ['camera', 'accounts', 'audit', 'notice'].includes(text) || (VIEWS as readonly string[]).includes(text);

function decode(text: string): string | null {
  try {
    return decodeURIComponent(text) || null;
  } catch {
    return null;
  }
}
