import { framesJudged } from '../alert/hiding';
import type { Alert, AlertPage } from '../api/types';
import { millis } from '../time';

/** The alerts this page knows, newest first. */
export interface Queue {
  alerts: readonly Alert[];
  /** Where older alerts continue; null when there are none. */
  cursor: string | null;
  /** Where more continue that nobody has settled; null when all of those are known. */
  waitingCursor: string | null;
  loaded: boolean;
}

/** There are more that wait than were told: from `cursor` on, opened before `beforeMs`. */
export interface MoreWaiting {
  cursor: string;
  beforeMs: number;
}

export function moreWaiting({ items, next_cursor }: AlertPage): MoreWaiting | null {
  const last = items.at(-1);
  return next_cursor && last ? { cursor: next_cursor, beforeMs: millis(last.at) } : null;
}

export type QueueAction =
  | {
      type: 'page';
      page: AlertPage;
      waiting: readonly Alert[];
      more: MoreWaiting | null;
      asked: readonly Alert[];
    }
  | { type: 'older'; page: AlertPage }
  /** More of what waits. */
  | { type: 'waiting'; page: AlertPage }
  | { type: 'alert'; alert: Alert };

export const emptyQueue: Queue = { alerts: [], cursor: null, waitingCursor: null, loaded: false };

/**
 * What cameras saw of an alert, of two accounts the later: closed beats open, then the longer lasting, then the one that rests
 * on more pictures of its persons (they are looked at after the alert has gone out), then `b`.
 */
function seenLater(a: Alert, b: Alert): Alert {
  if (a.open !== b.open) return a.open ? b : a;
  const longer = millis(a.last_seen_at) - millis(b.last_seen_at);
  return (longer || framesJudged(a.persons ?? []) - framesJudged(b.persons ?? [])) > 0 ? a : b;
}

/** When guards last changed whose it is or what it was; 0 before. */
function handledMs({ claimed_at, escalated_at, resolved_at }: Alert): number {
  return Math.max(0, ...[claimed_at, escalated_at, resolved_at].map((at) => (at === null ? 0 : millis(at))));
}

/** One alert from two accounts of it: what cameras saw and what guards did each from the later one. */
export function later(a: Alert, b: Alert): Alert {
  const seen = seenLater(a, b);
  const [handledA, handledB] = [handledMs(a), handledMs(b)];
  if (handledA === handledB) return seen;
  const handled = handledA > handledB ? a : b;
  if (seen === handled) return seen;
  const { state, owner, claimed_at, verdict, false_alarm_reason, resolved_at, escalated_at } = handled;
  return {
    ...seen,
    state,
    owner,
    claimed_at,
    verdict,
    false_alarm_reason,
    resolved_at,
    escalated_at,
  };
}

/** Times are read once: with a hundred thousand alerts each event would read them anew. */
const opened = new WeakMap<Alert, number>();
export function openedMs(alert: Alert): number {
  const known = opened.get(alert);
  if (known !== undefined) return known;
  const ms = millis(alert.at);
  opened.set(alert, ms);
  return ms;
}

/** Newest first. */
const byTime = (a: Alert, b: Alert): number =>
  openedMs(b) - openedMs(a) || (a.id < b.id ? 1 : a.id > b.id ? -1 : 0);

/** So few are put in their places one by one. */
const FEW = 8;

function merge(known: readonly Alert[], incoming: readonly Alert[]): Alert[] {
  if (incoming.length <= FEW) return incoming.reduce(put, [...known]);
  const coming = new Map<string, Alert>();
  for (const alert of incoming) {
    const other = coming.get(alert.id);
    coming.set(alert.id, other ? later(other, alert) : alert);
  }
  const rest: Alert[] = [];
  for (const alert of known) {
    const next = coming.get(alert.id);
    if (next) coming.set(alert.id, later(alert, next));
    else rest.push(alert);
  }
  // Both are in order: of the many only those are looked at that are beside one of the few.
  const merged: Alert[] = [];
  let done = 0;
  for (const alert of [...coming.values()].sort(byTime)) {
    const place = placeOf(rest, alert, done);
    for (const other of rest.slice(done, place)) merged.push(other);
    done = place;
    merged.push(alert);
  }
  for (const other of rest.slice(done)) merged.push(other);
  return merged;
}

/** Where it belongs in a list that is in order, at or behind `from`. */
function placeOf(alerts: readonly Alert[], alert: Alert, from = 0): number {
  let low = from;
  let high = alerts.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const other = alerts[middle];
    if (other && byTime(other, alert) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Into a list that is in order. */
function put(alerts: Alert[], alert: Alert): Alert[] {
  const known = alerts.findIndex(({ id }) => id === alert.id);
  const old = alerts[known];
  const next = old ? later(old, alert) : alert;
  if (old && openedMs(old) === openedMs(next)) {
    alerts[known] = next;
    return alerts;
  }
  if (old) alerts.splice(known, 1);
  alerts.splice(placeOf(alerts, next), 0, next);
  return alerts;
}

/**
 * The first page, and with it the alerts that nobody has settled, asked for at the start and after every time the server
 * was out of reach. `asked` is what was known when they were asked for: what came by event since then is kept, whatever
 * they say.
 */
function withPage(queue: Queue, action: Extract<QueueAction, { type: 'page' }>): Queue {
  const { page, waiting, more } = action;
  const old = new Set(action.asked.map((alert) => alert.id));
  const told = new Set([...page.items, ...waiting].map((alert) => alert.id));
  const cursor = page.next_cursor ?? null;
  // A page that does not reach what we know leaves a gap: begin anew from it rather than hide alerts.
  const keepOld = cursor !== null && page.items.some((alert) => old.has(alert.id));
  const kept = queue.alerts.filter((alert) => {
    if (!old.has(alert.id) || told.has(alert.id)) return true;
    // What waits behind what was told may have been settled since: it is told again when the list comes to it.
    return keepOld && (alert.state === 'resolved' || !isBehind(alert, more));
  });
  const alerts = merge(merge(kept, waiting), page.items);
  return {
    alerts,
    cursor: keepOld ? queue.cursor : cursor,
    waitingCursor: more?.cursor ?? null,
    loaded: true,
  };
}

const isBehind = (alert: Alert, more: MoreWaiting | null): boolean =>
  more !== null && openedMs(alert) <= more.beforeMs;

export function reduceQueue(queue: Queue, action: QueueAction): Queue {
  switch (action.type) {
    case 'page':
      return withPage(queue, action);
    case 'older':
      return {
        ...queue,
        alerts: merge(queue.alerts, action.page.items),
        cursor: action.page.next_cursor ?? null,
      };
    case 'waiting':
      return {
        ...queue,
        alerts: merge(queue.alerts, action.page.items),
        waitingCursor: action.page.next_cursor ?? null,
      };
    case 'alert':
      return { ...queue, alerts: merge(queue.alerts, [action.alert]) };
  }
}

/** Alerts going on or not settled that fresh answers do not tell of; each has to be asked for. */
export function stale(queue: Queue, fresh: readonly Alert[], more: MoreWaiting | null = null): string[] {
  const told = new Set(fresh.map((alert) => alert.id));
  const isMoving = (alert: Alert): boolean =>
    alert.open || (alert.state !== 'resolved' && !isBehind(alert, more));
  return queue.alerts.filter((alert) => isMoving(alert) && !told.has(alert.id)).map((alert) => alert.id);
}
