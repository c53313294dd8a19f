import { describe, expect, it } from 'vitest';
import {
  isOfNow,
  liveAddress,
  pace,
  parseFragment,
  parseTold,
  reduceLive,
  retryMs,
  shownAtMs,
  trimTo,
  UNBEGUN,
  type LiveEvent,
} from './live';

it('asks for the main stream only where that is wanted', () => {
  expect(liveAddress('cong-chinh', 'small')).toBe('/api/v1/cameras/cong-chinh/live');
  expect(liveAddress('cong-chinh', 'main')).toBe('/api/v1/cameras/cong-chinh/live?stream=main');
});

describe('messages', () => {
  it('are known by their type', () => {
    const start = {
      type: 'start',
      codec: 'avc1.64001f',
      width: 640,
      height: 360,
      at: '2026-02-17T01:30:00+07:00',
    };
    expect(parseTold(JSON.stringify(start))).toEqual(start);
    expect(parseTold('{"type":"state","state":"lost"}')).toEqual({ type: 'state', state: 'lost' });
    for (const text of ['', 'null', '{}', '{"type":"start"}', '{"type":"else"}', '[1]']) {
      expect(parseTold(text)).toBeNull();
    }
  });

  it('carry the times of their last picture', () => {
    const message = new Uint8Array(20);
    const view = new DataView(message.buffer);
    view.setBigUint64(0, 1_771_266_600_123n);
    view.setBigUint64(8, 1_080n);
    message.set([1, 2, 3, 4], 16);
    const fragment = parseFragment(message.buffer);
    expect(fragment?.mark).toEqual({ atMs: 1_771_266_600_123, mediaMs: 1_080 });
    expect([...(fragment?.bytes ?? [])]).toEqual([1, 2, 3, 4]);
    expect(parseFragment(new ArrayBuffer(16))).toBeNull();
  });
});

describe('what is shown', () => {
  it('came as much before the newest picture as it is behind it', () => {
    expect(shownAtMs({ atMs: 10_000, mediaMs: 4_000 }, 3.5)).toBe(9_500);
  });

  it.each([
    [1_000, 4_000, true],
    [1_000, 4_001, false],
    [2_000, 1_500, true],
    [null, 1_000, false],
    [1_000, null, false],
  ])('is of now: %s at %s: %s', (atMs, nowMs, expected) => expect(isOfNow(atMs, nowMs)).toBe(expected));
});

describe('the state of live video', () => {
  const after = (...events: LiveEvent[]) => events.reduce(reduceLive, UNBEGUN);
  const broken: LiveEvent = { type: 'broken' };

  it('follows what is told', () => {
    expect(after({ type: 'started' }).phase).toBe('playing');
    expect(after({ type: 'started' }, { type: 'told', state: 'lost' }).phase).toBe('lost');
    expect(after({ type: 'told', state: 'lost' }, { type: 'started' }).phase).toBe('playing');
    expect(after({ type: 'told', state: 'live' }).phase).toBe('connecting');
  });

  it('gives way to pictures after three failures in a row', () => {
    expect(after(broken, broken).phase).toBe('connecting');
    expect(after(broken, broken, broken).phase).toBe('failing');
    expect(after(broken, broken, { type: 'started' }, broken).phase).toBe('connecting');
    expect(after({ type: 'unplayable' }, broken).phase).toBe('unplayable');
    expect(after({ type: 'started' }, { type: 'masked' }, broken).phase).toBe('masked');
  });

  it('is tried again ever later', () => {
    const waits = [1, 2, 3].map((n) => retryMs(after(...Array<LiveEvent>(n).fill(broken))));
    expect(waits).toEqual([1_000, 2_000, 20_000]);
    expect(retryMs(after({ type: 'unplayable' }))).toBe(60_000);
    expect(retryMs(after({ type: 'masked' }))).toBe(60_000);
  });
});

describe('the pace', () => {
  const range = { startS: 10, endS: 20 };

  it.each([
    // Before the first picture, and too far behind: a leap.
    [0, 1, { seekTo: 19.7, rate: 1 }],
    [18, 1.1, { seekTo: 19.7, rate: 1 }],
    // Behind: faster, until it has caught up.
    [19, 1, { seekTo: null, rate: 1.1 }],
    [19.5, 1.1, { seekTo: null, rate: 1.1 }],
    [19.5, 1, { seekTo: null, rate: 1 }],
    [19.8, 1.1, { seekTo: null, rate: 1 }],
  ])('at %s s, playing at %s', (position, rate, expected) => {
    const { seekTo, rate: next } = pace(position, range, rate);
    expect(next).toBe(expected.rate);
    if (expected.seekTo === null) expect(seekTo).toBeNull();
    else expect(seekTo).toBeCloseTo(expected.seekTo);
  });

  it('never leaps before the beginning', () => {
    expect(pace(0, { startS: 10, endS: 10.1 }, 1).seekTo).toBe(10);
  });
});

it('forgets what is older than half a minute, some seconds at a time', () => {
  expect(trimTo(40, 0)).toBeNull();
  expect(trimTo(41, 0)).toBe(11);
});
