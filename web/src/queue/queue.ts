import { framesJudged } from '../alert/hiding';
import type { Alert, AlertPage, Severity } from '../api/types';
import { millis } from '../time';

/** The alerts this page knows, newest first, and which of them the guard has yet to look at. */
export interface Queue {
  alerts: readonly Alert[];
  /** Where older alerts continue; null when there are none. */
  cursor: string | null;
  unseen: ReadonlySet<string>;
  /** Time of the newest alert ever shown here: a later one is new, also when it came while we were away. */
  knownToMs: number | null;
  loaded: boolean;
}

export type QueueAction =
  | { type: 'page'; page: AlertPage; asked: readonly Alert[] }
  | { type: 'older'; page: AlertPage }
  | { type: 'alert'; alert: Alert }
  | { type: 'seen'; id: string }
  | { type: 'all_seen' };

/** What is kept in the browser between visits. */
export interface Memory {
  unseen: readonly string[];
  knownToMs: number | null;
}

const REMEMBERED = 200;

export function emptyQueue(memory: Memory): Queue {
  return {
    alerts: [],
    cursor: null,
    unseen: new Set(memory.unseen),
    knownToMs: memory.knownToMs,
    loaded: false,
  };
}

export function memoryOf(queue: Queue): Memory {
  return { unseen: [...queue.unseen].slice(-REMEMBERED), knownToMs: queue.knownToMs };
}

/**
 * Of two accounts of one alert the later: closed beats open, then the longer lasting, then the one that rests
 * on more pictures of its persons (they are looked at after the alert has gone out), then `b`.
 */
export function later(a: Alert, b: Alert): Alert {
  if (a.open !== b.open) return a.open ? b : a;
  const longer = millis(a.last_seen_at) - millis(b.last_seen_at);
  return (longer || framesJudged(a.persons ?? []) - framesJudged(b.persons ?? [])) > 0 ? a : b;
}

function merge(known: readonly Alert[], incoming: readonly Alert[]): Alert[] {
  const byId = new Map(known.map((alert) => [alert.id, alert]));
  for (const alert of incoming) {
    const old = byId.get(alert.id);
    byId.set(alert.id, old ? later(old, alert) : alert);
  }
  return [...byId.values()].sort(
    (a, b) => millis(b.at) - millis(a.at) || (a.id < b.id ? 1 : a.id > b.id ? -1 : 0),
  );
}

/**
 * Marks as unseen what is news: later than anything shown before, or going on and not heard of yet (cameras
 * do not report in the order of time). On the first load of a visit only what is later than the last visit
 * counts, and on the first visit of all what is going on.
 */
function noteNew(queue: Queue, incoming: readonly Alert[]): Pick<Queue, 'unseen' | 'knownToMs'> {
  const { knownToMs } = queue;
  const known = new Set(queue.alerts.map((alert) => alert.id));
  const isNews = (alert: Alert): boolean => {
    if (known.has(alert.id)) return false;
    if (knownToMs !== null && millis(alert.at) > knownToMs) return true;
    return alert.open && (queue.loaded || knownToMs === null);
  };
  const fresh = incoming.filter(isNews);
  const newest = incoming.reduce((max, alert) => Math.max(max, millis(alert.at)), knownToMs ?? -Infinity);
  return {
    unseen: fresh.length > 0 ? new Set([...queue.unseen, ...fresh.map((alert) => alert.id)]) : queue.unseen,
    knownToMs: Number.isFinite(newest) ? newest : null,
  };
}

/**
 * The first page, asked for at the start and after every time the server was out of reach. `asked` is what
 * was known when it was asked for: what came by event since then is kept, whatever the page says.
 */
function withPage(queue: Queue, page: AlertPage, asked: readonly Alert[]): Queue {
  const old = new Set(asked.map((alert) => alert.id));
  const told = new Set(page.items.map((alert) => alert.id));
  const cursor = page.next_cursor ?? null;
  const isWhole = cursor === null;
  // A page that does not reach what we know leaves a gap: begin anew from it rather than hide alerts.
  const keepOld = !isWhole && page.items.some((alert) => old.has(alert.id));
  const kept = queue.alerts.filter((alert) => keepOld || !old.has(alert.id) || told.has(alert.id));
  const alerts = merge(kept, page.items);
  const noted = noteNew(queue, page.items);
  const present = new Set(alerts.map((alert) => alert.id));
  const unseen = isWhole ? new Set([...noted.unseen].filter((id) => present.has(id))) : noted.unseen;
  return { ...noted, unseen, alerts, cursor: keepOld ? queue.cursor : cursor, loaded: true };
}

export function reduceQueue(queue: Queue, action: QueueAction): Queue {
  switch (action.type) {
    case 'page':
      return withPage(queue, action.page, action.asked);
    case 'older':
      return {
        ...queue,
        alerts: merge(queue.alerts, action.page.items),
        cursor: action.page.next_cursor ?? null,
      };
    case 'alert':
      return {
        ...queue,
        ...noteNew(queue, [action.alert]),
        alerts: merge(queue.alerts, [action.alert]),
      };
    case 'seen': {
      if (!queue.unseen.has(action.id)) return queue;
      const unseen = new Set(queue.unseen);
      unseen.delete(action.id);
      return { ...queue, unseen };
    }
    case 'all_seen':
      return queue.unseen.size === 0 ? queue : { ...queue, unseen: new Set() };
  }
}

/** Open alerts that a fresh first page does not tell of; each has to be asked for. */
export function staleOpen(queue: Queue, page: AlertPage): string[] {
  const told = new Set(page.items.map((alert) => alert.id));
  return queue.alerts.filter((alert) => alert.open && !told.has(alert.id)).map((alert) => alert.id);
}

/** The neighbour of `id` in the queue (`step` 1 is older, -1 newer); stays within its ends. */
export function neighbour(alerts: readonly Alert[], id: string | null, step: 1 | -1): string | null {
  const index = alerts.findIndex((alert) => alert.id === id);
  if (index < 0) return alerts[0]?.id ?? null;
  return alerts[Math.min(Math.max(index + step, 0), alerts.length - 1)]?.id ?? null;
}

const RANK: Record<Severity, number> = { notice: 0, warning: 1, critical: 2 };

/** What to ring for after a step from `before` to `after`: the worst alert that is new or became worse. */
export function ringFor(before: Queue, after: Queue): Severity | null {
  if (!before.loaded || before.alerts === after.alerts) return null;
  const old = new Map(before.alerts.map((alert) => [alert.id, alert]));
  return after.alerts.reduce<Severity | null>((worst, alert) => {
    const previous = old.get(alert.id);
    const rings = previous
      ? RANK[alert.severity] > RANK[previous.severity]
      : after.unseen.has(alert.id) && !before.unseen.has(alert.id);
    return rings && (worst === null || RANK[alert.severity] > RANK[worst]) ? alert.severity : worst;
  }, null);
}
