import { describe, expect, it } from 'vitest';
import { sampleAlert, START_MS } from '../api/samples';
import type { Alert, Severity } from '../api/types';
import { nextRing, REPEAT_MS, ringing, rungFor as rungAfter, SILENCE } from './alarm';

const rungFor = (alerts: readonly Alert[], atMs: number, severity: Severity = 'critical') =>
  rungAfter(SILENCE, alerts, severity, atMs);

const MINUTE = 60_000;

describe('what rings', () => {
  it('is what nobody has claimed', () => {
    const alerts = [
      sampleAlert('a', 0),
      sampleAlert('b', 0, { state: 'claimed' }),
      sampleAlert('c', 0, { state: 'resolved' }),
    ];
    expect(ringing(alerts, START_MS + MINUTE).map(({ id }) => id)).toEqual(['a']);
  });

  it('is not what has waited for half an hour', () => {
    expect(ringing([sampleAlert('a', 0)], START_MS + 29 * MINUTE)).toHaveLength(1);
    expect(ringing([sampleAlert('a', 0)], START_MS + 30 * MINUTE)).toHaveLength(0);
  });
});

describe('when it rings', () => {
  const warning = sampleAlert('a', 0);
  const notice = sampleAlert('b', 0, { severity: 'notice' });
  const critical = sampleAlert('c', 0, { severity: 'critical' });

  it('is at once for a new one, as bad as that is', () => {
    expect(nextRing(SILENCE, [warning], 0)).toBe('warning');
    expect(nextRing(rungFor([warning], 0), [warning, notice], 100)).toBe('notice');
    expect(nextRing(rungFor([warning], 0), [warning, notice, critical], 100)).toBe('critical');
  });

  it('is at once for one that became worse', () => {
    expect(nextRing(rungFor([warning], 0), [{ ...warning, severity: 'critical' }], 1)).toBe('critical');
    expect(nextRing(rungFor([critical], 0), [{ ...critical, severity: 'warning' }], 1)).toBeNull();
  });

  it('is again after a while, as bad as the worst', () => {
    const rung = rungFor([warning, notice], 0);
    expect(nextRing(rung, [warning, notice], REPEAT_MS.warning - 1)).toBeNull();
    expect(nextRing(rung, [warning, notice], REPEAT_MS.warning)).toBe('warning');
    expect(nextRing(rung, [notice], REPEAT_MS.warning)).toBeNull();
  });

  it('is not put off by what is less bad', () => {
    const first = rungAfter(SILENCE, [critical], 'critical', 0);
    const second = rungAfter(first, [critical, notice], 'notice', REPEAT_MS.critical - 1);
    expect(nextRing(second, [critical, notice], REPEAT_MS.critical)).toBe('critical');
  });

  it('is never while all are claimed', () => {
    expect(nextRing(rungFor([warning], 0), [], 10 * MINUTE)).toBeNull();
  });
});
