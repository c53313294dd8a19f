import { expect, it } from 'vitest';
import { ApplianceClock, isLost } from './clock';

it('runs on from the last heartbeat', () => {
  const clock = new ApplianceClock();
  expect(clock.nowMs(5000)).toBeNull();
  clock.sync('2026-02-17T01:30:00+07:00', 1000);
  expect(clock.nowMs(3500)).toBe(Date.parse('2026-02-17T01:30:02.5+07:00'));
  expect(clock.offset).toBe(420);
});

it('keeps its time when a heartbeat cannot be read', () => {
  const clock = new ApplianceClock();
  clock.sync('2026-02-17T01:30:00+07:00', 0);
  clock.sync('soon', 500);
  expect(clock.nowMs(1000)).toBe(Date.parse('2026-02-17T01:30:01+07:00'));
});

it('calls a server lost after more than six seconds of silence', () => {
  expect(isLost(1000, 7000)).toBe(false);
  expect(isLost(1000, 7001)).toBe(true);
});
