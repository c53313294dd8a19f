import { describe, expect, it } from 'vitest';
import { after, sampleAlert } from '../api/samples';
import type { Alert, Me } from '../api/types';
import { possible } from './possible';

const me = (role: Me['role'], name = 'an') => ({ name, role });
const claimed = (owner: string, change: Partial<Alert> = {}): Alert =>
  sampleAlert('a', 0, { state: 'claimed', owner, claimed_at: after(5), ...change });

describe('what can be done', () => {
  it.each([
    ['anybody who settles claims a new one', sampleAlert('a', 0), me('guard'), 'claim', true],
    ['its owner settles it', claimed('an'), me('guard'), null, true],
    ['another guard does not', claimed('binh'), me('guard'), null, false],
    ['a supervisor takes over', claimed('binh'), me('supervisor'), 'take_over', true],
    ['what is settled is claimed no more', claimed('an', { state: 'resolved' }), me('guard'), null, true],
    ['nor put right by another guard', claimed('binh', { state: 'resolved' }), me('guard'), null, false],
  ] as const)('%s', (_, alert, who, claim, resolve) => {
    expect(possible(alert, who)).toMatchObject({ claim, resolve, note: true });
  });

  it('is nothing for an auditor, and for nobody', () => {
    for (const who of [me('auditor'), null]) {
      expect(possible(sampleAlert('a', 0), who)).toEqual({
        claim: null,
        resolve: false,
        escalate: false,
        note: false,
      });
    }
  });

  it('is to escalate once', () => {
    expect(possible(claimed('an'), me('guard')).escalate).toBe(true);
    expect(possible(claimed('an', { escalated_at: after(9) }), me('guard')).escalate).toBe(false);
    expect(possible(claimed('an', { state: 'resolved' }), me('guard')).escalate).toBe(false);
  });
});
