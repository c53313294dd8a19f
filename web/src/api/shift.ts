import { getJson, send, sendFor } from './client';
import type { DailyReport, Shift } from './types';

export const getShift = (signal: AbortSignal) => getJson<Shift>('/shift', signal);

/** Says that whoever is signed in is on duty, or is no longer. */
export const changeDuty = (on: boolean) => sendFor<Shift>('POST', '/shift/duty', { on });

export async function addShiftNote(text: string): Promise<void> {
  await send('POST', '/shift/notes', { text });
}

/** `day` such as 2026-02-16; null for the one that goes on. */
export const getDailyReport = (day: string | null, signal: AbortSignal) =>
  getJson<DailyReport>(`/reports/daily${day === null ? '' : `?day=${encodeURIComponent(day)}`}`, signal);
