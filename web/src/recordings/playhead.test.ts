import { describe, expect, it } from 'vitest';
import { Playhead } from './playhead';

describe('the playhead', () => {
  it('goes on while it plays, at its speed', () => {
    const head = new Playhead(1_000_000, 0);
    expect(head.at(500)).toBe(1_000_000);
    head.play(true, 500);
    expect(head.at(1500)).toBe(1_001_000);
    head.setSpeed(4, 1500);
    expect(head.at(2500)).toBe(1_005_000);
    head.play(false, 2500);
    expect(head.at(9000)).toBe(1_005_000);
    head.seek(0, 9000);
    expect(head.at(9999)).toBe(0);
  });

  it('waits for whoever has no picture', () => {
    const head = new Playhead(0, 0);
    head.play(true, 0);
    head.hold('cong', true, 100);
    head.hold('kho', true, 200);
    head.hold('cong', false, 300);
    expect([head.runs(), head.at(400)]).toEqual([false, 100]);
    head.hold('kho', false, 500);
    head.hold('kho', false, 600);
    expect([head.runs(), head.at(1000)]).toEqual([true, 600]);
  });
});
