import type { Alert, AlertPage, Arming, Camera, Status } from './types';

const BASE = '/api/v1';

/** An answer other than 2xx; `message` is the server's own explanation where it gave one. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

async function detailOf(response: Response): Promise<string> {
  try {
    const body: unknown = await response.json();
    if (typeof body === 'object' && body !== null && 'detail' in body && typeof body.detail === 'string') {
      return body.detail;
    }
  } catch {
    // Not JSON: the status line has to do.
  }
  return `${response.status} ${response.statusText}`;
}

async function getJson<T>(path: string, signal?: AbortSignal): Promise<T> {
  const response = await fetch(BASE + path, {
    headers: { accept: 'application/json' },
    cache: 'no-store',
    signal: signal ?? null,
  });
  if (!response.ok) throw new ApiError(response.status, await detailOf(response));
  return (await response.json()) as T;
}

export const getStatus = (signal?: AbortSignal) => getJson<Status>('/status', signal);
export const getArming = (signal?: AbortSignal) => getJson<Arming>('/arming', signal);
export const getAlert = (id: string) => getJson<Alert>(`/alerts/${encodeURIComponent(id)}`);

export async function getCameras(signal?: AbortSignal): Promise<Camera[]> {
  return (await getJson<{ items: Camera[] }>('/cameras', signal)).items;
}

export function getAlerts(cursor: string | null, limit = 50): Promise<AlertPage> {
  const query = new URLSearchParams({ limit: String(limit) });
  if (cursor) query.set('cursor', cursor);
  return getJson<AlertPage>(`/alerts?${query.toString()}`);
}

export const eventsUrl = (since: string | null) =>
  `${BASE}/events` + (since ? `?since=${encodeURIComponent(since)}` : '');

export interface Picture {
  blob: Blob;
  /** When the camera took it; null when the server did not say. */
  at: string | null;
}

/** The camera's latest decoded picture, or null when there is none yet. */
export async function getPicture(
  camera: string,
  width: number,
  signal: AbortSignal,
): Promise<Picture | null> {
  const url = `${BASE}/cameras/${encodeURIComponent(camera)}/snapshot.jpg?width=${width}`;
  const response = await fetch(url, { cache: 'no-store', signal });
  if (response.status === 404) return null;
  if (!response.ok) throw new ApiError(response.status, response.statusText);
  return { blob: await response.blob(), at: response.headers.get('x-picture-at') };
}

/**
 * Asks for the first byte of a clip: whether there is video, and when its first picture was taken.
 * The player itself cannot tell either: it shows no headers and no reason for a failure.
 */
export async function probeClip(url: string, signal: AbortSignal): Promise<{ start: string | null } | null> {
  const response = await fetch(url, { headers: { range: 'bytes=0-0' }, cache: 'no-store', signal });
  // The body is one byte from a server that knows ranges; from any other do not download it twice.
  await response.body?.cancel();
  if (response.status === 404) return null;
  if (!response.ok) throw new ApiError(response.status, response.statusText);
  return { start: response.headers.get('x-clip-start') };
}
