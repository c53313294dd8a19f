import { describe, expect, it } from 'vitest';
import { after, sampleAlert, samplePerson } from '../api/samples';
import type { Alert } from '../api/types';
import { emptyQueue, later, moreWaiting, reduceQueue, stale, type Queue } from './queue';

const page = (items: Alert[], next_cursor: string | null = null) => ({ items, next_cursor });
/** The first page comes, and what waits; nothing happened since they were asked for. */
const refresh = (queue: Queue, items: Alert[], cursor: string | null = null, waiting: Alert[] = []): Queue =>
  reduceQueue(queue, { type: 'page', page: page(items, cursor), waiting, more: null, asked: queue.alerts });
const loaded = (items: Alert[], cursor: string | null = null): Queue => refresh(emptyQueue, items, cursor);
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
  });

  it('has what nobody settled, however long ago it was', () => {
    const queue = refresh(emptyQueue, [sampleAlert('b', 20)], 'x', [
      sampleAlert('b', 20),
      sampleAlert('a', 0),
    ]);
    expect(ids(queue)).toEqual(['b', 'a']);
    expect(queue.cursor).toBe('x');
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

  it('what guards did is not lost to what cameras saw, nor the other way round', () => {
    const claimed = open('a', 0, { state: 'claimed', owner: 'an', claimed_at: after(5) });
    const longer = open('a', 0, { last_seen_at: after(9) });
    for (const both of [later(claimed, longer), later(longer, claimed)]) {
      expect(both).toMatchObject({ state: 'claimed', owner: 'an', last_seen_at: after(9) });
    }
    const settled = open('a', 0, { state: 'resolved', owner: 'an', resolved_at: after(8) });
    expect(later(settled, claimed).state).toBe('resolved');
    expect(later(claimed, settled).state).toBe('resolved');
  });

  it('an event that overtook the list is not undone by it', () => {
    let queue = reduceQueue(emptyQueue, { type: 'alert', alert: sampleAlert('a', 0) });
    queue = refresh(queue, [open('a', 0)], 'x');
    expect(queue.alerts[0]?.open).toBe(false);
  });
});

describe('after an interruption', () => {
  it('keeps older pages when the new first page reaches them', () => {
    const before = loaded([sampleAlert('b', 20), sampleAlert('a', 10)], 'older');
    const queue = refresh(before, [sampleAlert('c', 30), sampleAlert('b', 20)], 'after-b');
    expect(ids(queue)).toEqual(['c', 'b', 'a']);
    expect(queue.cursor).toBe('older');
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
      waiting: [],
      more: null,
      asked: asked.alerts,
    });
    expect(ids(queue)).toEqual(['b', 'a']);
  });

  it('asks after what moves and is not told of', () => {
    const queue = loaded([sampleAlert('b', 20), open('a', 10), sampleAlert('c', 5, { state: 'resolved' })]);
    expect(stale(queue, [])).toEqual(['b', 'a']);
    expect(stale(queue, [sampleAlert('b', 20)])).toEqual(['a']);
  });
});

describe('a queue of many', () => {
  const told = [sampleAlert('c', 30), sampleAlert('b', 20)];
  const more = { cursor: 'm', beforeMs: Date.parse(after(20)) };

  it('knows where more wait', () => {
    expect(moreWaiting(page(told, 'm'))).toEqual(more);
    expect(moreWaiting(page(told))).toBeNull();
    expect(moreWaiting(page([]))).toBeNull();
    let queue = reduceQueue(emptyQueue, { type: 'page', page: page(told), waiting: told, more, asked: [] });
    expect(queue.waitingCursor).toBe('m');
    queue = reduceQueue(queue, { type: 'waiting', page: page([sampleAlert('a', 10)]) });
    expect([ids(queue), queue.waitingCursor]).toEqual([['c', 'b', 'a'], null]);
  });

  it('after an interruption what waits behind is told again, not asked for one by one', () => {
    const known = loaded(
      [...told, sampleAlert('a', 10), sampleAlert('s', 5, { state: 'resolved' })],
      'older',
    );
    expect(stale(known, [], more)).toEqual(['c']);
    const fresh = page([sampleAlert('d', 40), ...told], 'x');
    const queue = reduceQueue(known, { type: 'page', page: fresh, waiting: told, more, asked: known.alerts });
    expect(ids(queue)).toEqual(['d', 'c', 'b', 's']);
  });

  it('takes single alerts in at their places', () => {
    let queue = loaded([sampleAlert('c', 30), sampleAlert('a', 10)]);
    for (const alert of [
      sampleAlert('b', 20),
      sampleAlert('d', 40),
      sampleAlert('z', 0),
      sampleAlert('bb', 20),
    ]) {
      queue = reduceQueue(queue, { type: 'alert', alert });
    }
    expect(ids(queue)).toEqual(['d', 'c', 'bb', 'b', 'a', 'z']);
    // Its time was corrected.
    queue = reduceQueue(queue, {
      type: 'alert',
      alert: open('z', 25, { last_seen_at: after(99), open: false }),
    });
    expect(ids(queue)).toEqual(['d', 'c', 'z', 'bb', 'b', 'a']);
  });

  it('an event among a hundred thousand is put in without sorting them', () => {
    const many = Array.from({ length: 100_000 }, (_, n) => sampleAlert(`a${n}`, -n, { state: 'resolved' }));
    const queue = loaded(many);
    const next = reduceQueue(queue, { type: 'alert', alert: open('new', 9) });
    expect(next.alerts).toHaveLength(100_001);
    expect(next.alerts[0]?.id).toBe('new');
    expect(next.alerts[1]).toBe(queue.alerts[0]);
  }, 60_000);

  it('takes a page in between and around those that are known', () => {
    const known = loaded(Array.from({ length: 40 }, (_, n) => sampleAlert(`k${n}`, -10 * n)));
    // Ten that are known, some of them longer now, five between, five behind.
    const again = Array.from({ length: 10 }, (_, n) =>
      sampleAlert(`k${3 * n}`, -30 * n, { last_seen_at: after(60 - 30 * n) }),
    );
    const others = Array.from({ length: 10 }, (_, n) => sampleAlert(`n${n}`, -100 * n - 5));
    const next = reduceQueue(known, { type: 'older', page: page([...others, ...again]) }).alerts;
    expect(next).toHaveLength(50);
    const times = next.map(({ at }) => Date.parse(at));
    expect(times).toEqual([...times].sort((a, b) => b - a));
    expect(next.find(({ id }) => id === 'k9')).toBe(again[3]);
    expect(new Set(next.map(({ id }) => id)).size).toBe(50);
  });
});
