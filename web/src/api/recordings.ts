import { getJson, heard, send, sendFor, BASE, ApiError } from './client';
import type { components } from './schema';

type Schemas = components['schemas'];
export type RecordingTimeline = Schemas['RecordingTimeline'];
export type RecordingDay = Schemas['RecordingDay'];
export type KeptStretch = Schemas['KeptStretch'];
export type DeletedStretch = Schemas['DeletedStretch'];
export type AlertMark = Schemas['AlertMark'];

const base = (camera: string): string => `/recordings/${encodeURIComponent(camera)}`;
const iso = (ms: number): string => new Date(ms).toISOString();

export function getTimeline(camera: string, fromMs: number, toMs: number, signal: AbortSignal) {
  const query = new URLSearchParams({ from: iso(fromMs), to: iso(toMs) });
  return getJson<RecordingTimeline>(`${base(camera)}/timeline?${query.toString()}`, signal);
}

/** The days of a month `2026-02`. */
export const getDays = async (camera: string, month: string, signal: AbortSignal) =>
  (await getJson<{ items: RecordingDay[] }>(`${base(camera)}/days?month=${month}`, signal)).items;

export const getKept = async (camera: string, signal: AbortSignal) =>
  (await getJson<{ items: KeptStretch[] }>(`${base(camera)}/kept`, signal)).items;

export const keep = (camera: string, fromMs: number, toMs: number, reason: string) =>
  sendFor<KeptStretch>('POST', `${base(camera)}/kept`, { from: iso(fromMs), to: iso(toMs), reason });

export const getDeletions = async (camera: string, signal: AbortSignal) =>
  (await getJson<{ items: DeletedStretch[] }>(`${base(camera)}/deletions`, signal)).items;

/** Deletes the video of a stretch: it cannot be taken back. */
export const deleteRecording = (camera: string, fromMs: number, toMs: number, reason: string) =>
  sendFor<DeletedStretch>('POST', `${base(camera)}/deletions`, { from: iso(fromMs), to: iso(toMs), reason });

export async function release(camera: string, id: string): Promise<void> {
  await send('DELETE', `${base(camera)}/kept/${encodeURIComponent(id)}`);
}

export function recordingClipUrl(camera: string, fromMs: number, toMs: number, isDownload = false): string {
  const query = new URLSearchParams({ from: iso(fromMs), to: iso(toMs) });
  if (isDownload) query.set('download', 'true');
  return `${BASE}${base(camera)}/clip.mp4?${query.toString()}`;
}

/** A small picture of a moment; null where there is no video of it. */
export async function getPreview(
  camera: string,
  atMs: number,
  width: number,
  signal: AbortSignal,
): Promise<{ blob: Blob; at: string | null } | null> {
  const query = new URLSearchParams({ at: iso(atMs), width: String(width) });
  const response = await fetch(`${BASE}${base(camera)}/preview.jpg?${query.toString()}`, { signal });
  if (response.status === 404) return null;
  heard(response);
  if (!response.ok) throw new ApiError(response.status, response.statusText);
  return { blob: await response.blob(), at: response.headers.get('x-picture-at') };
}
