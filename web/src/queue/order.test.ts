import { describe, expect, it } from 'vitest';
import { sampleAlert } from '../api/samples';
import type { Alert } from '../api/types';
import { inOrder, neighbour } from './order';

const open = { open: true, closed_at: null } as const;
const ids = (alerts: readonly Alert[]): string => alerts.map(({ id }) => id).join('');

describe('the order of the queue', () => {
  it('is what waits by severity, then what is settled, newest first', () => {
    const { waiting, settled } = inOrder(
      [
        sampleAlert('a', 90, { state: 'resolved' }),
        sampleAlert('b', 80, { severity: 'notice' }),
        sampleAlert('c', 70),
        sampleAlert('d', 60, { severity: 'critical' }),
        sampleAlert('e', 50, { state: 'resolved', severity: 'critical' }),
        sampleAlert('f', 40, { severity: 'critical' }),
      ],
      null,
    );
    expect([ids(waiting), ids(settled)]).toEqual(['dfcb', 'ae']);
  });

  it('puts what goes on first, and last what somebody else looks after', () => {
    const alerts = [
      sampleAlert('a', 90, { state: 'claimed', owner: 'an', ...open }),
      sampleAlert('b', 80),
      sampleAlert('c', 70, open),
      sampleAlert('d', 60, { severity: 'notice' }),
    ];
    expect(ids(inOrder(alerts, 'binh').waiting)).toBe('cbad');
    expect(ids(inOrder(alerts, 'an').waiting)).toBe('acbd');
  });
});

describe('moving along the queue', () => {
  const alerts = [sampleAlert('c', 30), sampleAlert('b', 20), sampleAlert('a', 10)];
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
