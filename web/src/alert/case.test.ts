import { expect, it } from 'vitest';
import { after, sampleAlert, sampleFinding } from '../api/samples';
import { caseStamp } from './case';

const one = sampleAlert('a', 0, { case: 'x' });
const other = sampleAlert('b', 5, { case: 'x' });
const stranger = sampleAlert('c', 9, { case: 'y' });

it('changes with the alerts of the case and with no other', () => {
  const stamp = caseStamp('x', [one, other, stranger]);
  expect(caseStamp('x', [one, other, { ...stranger, last_seen_at: after(60) }])).toBe(stamp);
  for (const change of [
    { last_seen_at: after(60) },
    { closed_at: null },
    { findings: [sampleFinding(5), sampleFinding(6)] },
    { case: 'y' },
  ]) {
    expect(caseStamp('x', [one, { ...other, ...change }, stranger])).not.toBe(stamp);
  }
});
