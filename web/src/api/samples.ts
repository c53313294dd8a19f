// Samples for tests.
import type { Alert, Answer, Attribute, AttributeAnswer, Finding, Person } from './types';

export const START = '2026-02-17T01:30:00+07:00';
export const START_MS = Date.parse(START);

/** RFC 3339, `seconds` after START. */
export const after = (seconds: number): string =>
  new Date(START_MS + seconds * 1000 + 7 * 3_600_000).toISOString().replace('Z', '+07:00');

export function sampleFinding(seconds: number, change: Partial<Finding> = {}): Finding {
  return { kind: 'person', track: 't', confidence: 0.9, at: after(seconds), bbox: [1, 2, 3, 4], ...change };
}

export function sampleAlert(id: string, seconds: number, change: Partial<Alert> = {}): Alert {
  return {
    id,
    camera: 'cong',
    camera_name: 'Cổng',
    zone: 'san',
    at: after(seconds),
    last_seen_at: after(seconds),
    closed_at: after(seconds + 30),
    open: false,
    severity: 'warning',
    score: 0.5,
    state: 'new',
    owner: null,
    claimed_at: null,
    verdict: null,
    false_alarm_reason: null,
    resolved_at: null,
    escalated_at: null,
    findings: [sampleFinding(seconds)],
    reason: { vi: 'Có người', en: 'A person' },
    frame: { width: 768, height: 576 },
    snapshot: null,
    clip: { url: `/api/v1/alerts/${id}/clip.mp4`, from: after(seconds - 10), to: after(seconds + 20) },
    ...change,
  };
}

export function sampleAnswer(
  attribute: Attribute,
  answer: Answer,
  change: Partial<AttributeAnswer> = {},
): AttributeAnswer {
  const confidence = answer === 'unknown' ? null : 0.94;
  return { attribute, answer, confidence, frames: 6, pixels: 31, crop: null, ...change };
}

/** A person with these answers for mask, hat, gloves and bag. */
export function samplePerson(track: string, ...answers: [Answer, Answer, Answer, Answer]): Person {
  const [mask, hat, gloves, bag] = answers;
  const attributes = [
    sampleAnswer('mask', mask),
    sampleAnswer('hat', hat),
    sampleAnswer('gloves', gloves),
    sampleAnswer('bag', bag),
  ];
  return { track, attributes };
}
