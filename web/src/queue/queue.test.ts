import { describe, expect, it } from 'vitest';
import { after, sampleAlert, samplePerson, START_MS } from '../api/samples';
import type { Alert } from '../api/types';
import { parseMemory } from './memory';
import { emptyQueue, later, memoryOf, neighbour, reduceQueue, ringFor, staleOpen, type Queue } from './queue';

const nothing = { unseen: [], knownToMs: null };
const page = (items: Alert[], next_cursor: string | null = null) => ({ items, next_cursor });
/** The first page comes; nothing happened since it was asked for. */
const refresh = (queue: Queue, items: Alert[], cursor: string | null = null): Queue =>
  reduceQueue(queue, { type: 'page', page: page(items, cursor), asked: queue.alerts });
const loaded = (items: Alert[], cursor: string | null = null): Queue =>
  refresh(emptyQueue(nothing), items, cursor);
const ids = (queue: Queue): string[] => queue.alerts.map(({ id }) => id);
const open = (id: string, seconds: number, change: Partial<Alert> = {}): Alert =>
  sampleAlert(id, seconds, { open: true, closed_at: null, ...change });

describe('the order', () => {
  it('is newest first, whatever order alerts come in', () => {
    let queue = loaded([sampleAlert('b', 20), sampleAlert('a', 10)]);
    queue = reduceQueue(queue, { type: 'alert', alert: open('c', 15) });
    expect(ids(queue)).toEqual(['b', 'c', 'a']);
  });

  it('takes older pages in at the end', () => {
    const queue = reduceQueue(loaded([sampleAlert('b', 20)], 'x'), {
      type: 'older',
      page: page([sampleAlert('a', 10)]),
    });
    expect(ids(queue)).toEqual(['b', 'a']);
    expect(queue.cursor).toBeNull();
    expect(queue.unseen.size).toBe(0);
  });
});

describe('two accounts of one alert', () => {
  it('closed beats open, longer beats shorter', () => {
    const short = open('a', 0);
    const long = open('a', 0, { last_seen_at: after(9) });
    expect(later(long, short)).toBe(long);
    expect(later(short, long)).toBe(long);
    const closed = sampleAlert('a', 0);
    expect(later(closed, long)).toBe(closed);
    expect(later(long, closed)).toBe(closed);
  });

  it('what is known of the persons is not lost to an account of the same moment', () => {
    const told = open('a', 0, { persons: [samplePerson('t', 'yes', 'no', 'unknown', 'unknown')] });
    const bare = open('a', 0);
    expect(later(told, bare)).toBe(told);
    expect(later(bare, told)).toBe(told);
    expect(later(told, sampleAlert('a', 0)).open).toBe(false);
  });

  it('an event that overtook the list is not undone by it', () => {
    let queue = reduceQueue(emptyQueue(nothing), { type: 'alert', alert: sampleAlert('a', 0) });
    queue = refresh(queue, [open('a', 0)], 'x');
    expect(queue.alerts[0]?.open).toBe(false);
  });
});

describe('what is new', () => {
  it('on the first visit is what goes on now', () => {
    expect([...loaded([open('b', 20), sampleAlert('a', 10)]).unseen]).toEqual(['b']);
  });

  it('on a later visit is what came since, and what was not looked at then', () => {
    const memory = { unseen: ['a'], knownToMs: START_MS + 10_000 };
    const queue = refresh(emptyQueue(memory), [
      sampleAlert('c', 20),
      sampleAlert('b', 10),
      sampleAlert('a', 5),
    ]);
    expect([...queue.unseen].sort()).toEqual(['a', 'c']);
  });

  it('includes an alert that another camera reports late', () => {
    const queue = reduceQueue(loaded([sampleAlert('b', 20)]), { type: 'alert', alert: open('a', 19) });
    expect(queue.unseen.has('a')).toBe(true);
  });

  it('is not an alert that grows or closes after it was looked at', () => {
    let queue = reduceQueue(loaded([]), { type: 'alert', alert: open('a', 0) });
    queue = reduceQueue(queue, { type: 'seen', id: 'a' });
    queue = reduceQueue(queue, { type: 'alert', alert: open('a', 0, { last_seen_at: after(3) }) });
    queue = reduceQueue(queue, { type: 'alert', alert: sampleAlert('a', 0) });
    expect(queue.unseen.size).toBe(0);
  });

  it('survives a reload through the memory', () => {
    const queue = reduceQueue(loaded([]), { type: 'alert', alert: open('a', 0) });
    const memory = parseMemory(JSON.stringify(memoryOf(queue)));
    expect(memory).toEqual({ unseen: ['a'], knownToMs: START_MS });
  });

  it.each([null, '', '[]', '{"unseen":7}', '{"unseen":[1],"knownToMs":"x"}', 'no json'])(
    'memory %s counts as a first visit',
    (text) => expect(parseMemory(text)).toEqual(nothing),
  );

  it('is forgotten when the appliance no longer has it', () => {
    const queue = refresh(emptyQueue({ unseen: ['gone'], knownToMs: START_MS }), []);
    expect(queue.unseen.size).toBe(0);
  });

  it('can be marked as seen all at once', () => {
    const queue = reduceQueue(loaded([open('a', 0)]), { type: 'all_seen' });
    expect(queue.unseen.size).toBe(0);
  });
});

describe('after an interruption', () => {
  it('keeps older pages when the new first page reaches them', () => {
    const before = loaded([sampleAlert('b', 20), sampleAlert('a', 10)], 'older');
    const queue = refresh(before, [sampleAlert('c', 30), sampleAlert('b', 20)], 'after-b');
    expect(ids(queue)).toEqual(['c', 'b', 'a']);
    expect(queue.cursor).toBe('older');
    expect(queue.unseen.has('c')).toBe(true);
  });

  it('begins anew when there would be a gap', () => {
    const queue = refresh(loaded([sampleAlert('a', 10)], 'older'), [sampleAlert('z', 90)], 'after-z');
    expect(ids(queue)).toEqual(['z']);
    expect(queue.cursor).toBe('after-z');
  });

  it('drops what a whole list no longer has', () => {
    const queue = refresh(loaded([sampleAlert('b', 20), sampleAlert('a', 10)]), [sampleAlert('b', 20)]);
    expect(ids(queue)).toEqual(['b']);
  });

  it('keeps what came by event while the list was under way', () => {
    const asked = loaded([sampleAlert('a', 10)]);
    const meanwhile = reduceQueue(asked, { type: 'alert', alert: open('b', 20) });
    const queue = reduceQueue(meanwhile, {
      type: 'page',
      page: page([sampleAlert('a', 10)]),
      asked: asked.alerts,
    });
    expect(ids(queue)).toEqual(['b', 'a']);
    expect(queue.unseen.has('b')).toBe(true);
  });

  it('asks after open alerts that the page does not tell of', () => {
    expect(staleOpen(loaded([sampleAlert('b', 20), open('a', 10)]), page([sampleAlert('b', 20)]))).toEqual([
      'a',
    ]);
  });
});

describe('moving along the queue', () => {
  const { alerts } = loaded([sampleAlert('c', 30), sampleAlert('b', 20), sampleAlert('a', 10)]);
  it.each([
    ['b', 1, 'a'],
    ['b', -1, 'c'],
    ['c', -1, 'c'],
    ['a', 1, 'a'],
    [null, 1, 'c'],
    ['gone', -1, 'c'],
  ] as const)('from %s by %d to %s', (from, step, to) => expect(neighbour(alerts, from, step)).toBe(to));
  it('goes nowhere in an empty queue', () => expect(neighbour([], null, 1)).toBeNull());
});

describe('ringing', () => {
  const before = loaded([sampleAlert('a', 0)]);
  const step = (alert: Alert, from = before) => ringFor(from, reduceQueue(from, { type: 'alert', alert }));

  it('is for a new alert, as bad as it is', () => {
    expect(step(open('b', 10, { severity: 'critical' }))).toBe('critical');
    expect(step(open('b', 10, { severity: 'notice' }))).toBe('notice');
  });

  it('is for one that became worse, not for one that goes on', () => {
    const going = reduceQueue(before, { type: 'alert', alert: open('b', 10) });
    expect(step(open('b', 10, { last_seen_at: after(12) }), going)).toBeNull();
    expect(step(open('b', 10, { last_seen_at: after(12), severity: 'critical' }), going)).toBe('critical');
  });

  it('is not for what was there at the start', () => {
    const start = emptyQueue(nothing);
    expect(ringFor(start, refresh(start, [open('a', 0)]))).toBeNull();
  });
});
