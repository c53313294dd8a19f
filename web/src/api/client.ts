import type { Language } from '../time';
import type {
  AlarmVerdict,
  Alert,
  AlertPage,
  Arming,
  Camera,
  CaseInFull,
  Conduct,
  FalseAlarmReason,
  Lesson,
  Me,
  NewFactor,
  PlateEntry,
  Setup,
  Severity,
  Status,
  VehicleInFull,
  VehiclePage,
  WantedOrder,
  WantedPlate,
} from './types';

export const BASE = '/api/v1';

/** An answer other than 2xx; `message` is the server's own explanation where it gave one. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    message: string,
    /** Which field of what was sent is wrong; null where that is not it. */
    readonly field: string | null = null,
  ) {
    super(message);
  }
}

const unauthorized = new Set<() => void>();

/** Calls back whenever the appliance no longer knows who asks, until the returned function is called. */
export function onUnauthorized(listener: () => void): () => void {
  unauthorized.add(listener);
  return () => void unauthorized.delete(listener);
}

/** Whether the appliance still knows who asks. */
export function heard(response: Response): void {
  if (response.status === 401) unauthorized.forEach((listener) => listener());
}

async function errorOf(response: Response): Promise<ApiError> {
  heard(response);
  const { status, statusText } = response;
  try {
    const body: unknown = await response.json();
    if (typeof body === 'object' && body !== null && 'detail' in body && typeof body.detail === 'string') {
      const field = 'field' in body && typeof body.field === 'string' ? body.field : null;
      return new ApiError(status, body.detail, field);
    }
  } catch {
    // Not JSON: the status line has to do.
  }
  return new ApiError(status, `${status} ${statusText}`);
}

export async function getJson<T>(path: string, signal?: AbortSignal): Promise<T> {
  const response = await fetch(BASE + path, {
    headers: { accept: 'application/json' },
    cache: 'no-store',
    signal: signal ?? null,
  });
  if (!response.ok) throw await errorOf(response);
  return (await response.json()) as T;
}

/** Changes something; the answer is left to the caller. */
export async function send(
  method: 'POST' | 'PUT' | 'PATCH' | 'DELETE',
  path: string,
  body?: unknown,
): Promise<Response> {
  const response = await fetch(BASE + path, {
    method,
    headers: { accept: 'application/json', 'content-type': 'application/json' },
    cache: 'no-store',
    body: body === undefined ? null : JSON.stringify(body),
  });
  if (!response.ok) throw await errorOf(response);
  return response;
}

export async function sendFor<T>(...request: Parameters<typeof send>): Promise<T> {
  return (await (await send(...request)).json()) as T;
}

export const getSetup = (signal: AbortSignal) => getJson<Setup>('/setup', signal);
/** Null where nobody is signed in. */
export const getMe = (signal: AbortSignal): Promise<Me | null> =>
  getJson<Me>('/me', signal).catch((error: unknown) => {
    if (error instanceof ApiError && error.status === 401) return null;
    throw error;
  });
export const setUp = (token: string, name: string, password: string) =>
  sendFor<Me>('POST', '/setup', { token, name, password });
export const signIn = (name: string, password: string, totp: string | null) =>
  sendFor<Me>('POST', '/session', { name, password, totp });
export async function signOut(everywhere: boolean): Promise<void> {
  await send('DELETE', `/session?everywhere=${everywhere}`);
}
export const changeLanguage = (language: Language) => sendFor<Me>('PATCH', '/me', { language });
export async function changePassword(current: string, password: string): Promise<void> {
  await send('POST', '/me/password', { current, password });
}
export const newFactor = () => sendFor<NewFactor>('POST', '/me/totp');
export const setFactor = (password: string, secret: string, code: string) =>
  sendFor<Me>('PUT', '/me/totp', { password, secret, code });
export const removeFactor = (password: string) => sendFor<Me>('DELETE', '/me/totp', { password });

export const getStatus = (signal?: AbortSignal) => getJson<Status>('/status', signal);
export const getArming = (signal?: AbortSignal) => getJson<Arming>('/arming', signal);
/** Arms or disarms by hand. */
export async function giveOrder(order: WantedOrder): Promise<void> {
  await send('POST', '/arming', order);
}
export async function withdrawOrder(id: string): Promise<void> {
  await send('DELETE', `/arming/${encodeURIComponent(id)}`);
}
export const getAlert = (id: string) => getJson<Alert>(`/alerts/${encodeURIComponent(id)}`);

export const getCase = (id: string, signal: AbortSignal) =>
  getJson<CaseInFull>(`/cases/${encodeURIComponent(id)}`, signal);

export async function getCameras(signal?: AbortSignal): Promise<Camera[]> {
  return (await getJson<{ items: Camera[] }>('/cameras', signal)).items;
}

export function getAlerts(cursor: string | null, limit = 50): Promise<AlertPage> {
  const query = new URLSearchParams({ limit: String(limit) });
  if (cursor) query.set('cursor', cursor);
  return getJson<AlertPage>(`/alerts?${query.toString()}`);
}

/** What nobody has settled yet, page by page; or only what is critical of it. */
export function getWaiting(cursor: string | null, severity: Severity | null = null): Promise<AlertPage> {
  const query = new URLSearchParams({ state: 'new,claimed', limit: '200' });
  if (cursor) query.set('cursor', cursor);
  if (severity) query.set('severity', severity);
  return getJson<AlertPage>(`/alerts?${query.toString()}`);
}

/** What a guard does with an alert. */
export type Deed =
  | { act: 'claim' }
  | { act: 'resolve'; verdict: AlarmVerdict; reason?: FalseAlarmReason }
  | { act: 'escalate' }
  | { act: 'note'; text: string };

/** Answers with the alert as it is then. */
export async function handle(alert: string, { act, ...body }: Deed): Promise<Alert> {
  const response = await send('POST', `/alerts/${encodeURIComponent(alert)}/${act}`, body);
  return (await response.json()) as Alert;
}

export const getLessons = async (camera: string): Promise<readonly Lesson[]> =>
  (await getJson<{ items: Lesson[] }>(`/lessons?camera=${encodeURIComponent(camera)}`)).items;
export async function takeBackLesson(id: string): Promise<void> {
  await send('DELETE', `/lessons/${encodeURIComponent(id)}`);
}

/** What was done with an alert, and what the office wants done. */
export const getConduct = (alert: string, signal: AbortSignal): Promise<Conduct> =>
  getJson<Conduct>(`/alerts/${encodeURIComponent(alert)}`, signal);
export const tickStep = (alert: string, step: string, done: boolean) =>
  sendFor<Alert & Conduct>('POST', `/alerts/${encodeURIComponent(alert)}/plan`, { step, done });

export const getVehicles = (query: URLSearchParams, signal: AbortSignal) =>
  getJson<VehiclePage>(`/vehicles?${query.toString()}`, signal);
export const getVehiclesOfAlert = (alert: string, signal: AbortSignal) =>
  getJson<VehiclePage>(`/alerts/${encodeURIComponent(alert)}/vehicles`, signal);
export const getVehicle = (track: string, signal: AbortSignal) =>
  getJson<VehicleInFull>(`/vehicles/${encodeURIComponent(track)}`, signal);

export async function getPlates(signal: AbortSignal): Promise<PlateEntry[]> {
  return (await getJson<{ items: PlateEntry[] }>('/plates', signal)).items;
}
/** Changes the entry, or adds one where `id` is null. */
export async function putPlate(id: string | null, plate: WantedPlate): Promise<void> {
  await (id === null
    ? send('POST', '/plates', plate)
    : send('PUT', `/plates/${encodeURIComponent(id)}`, plate));
}
export async function removePlate(id: string): Promise<void> {
  await send('DELETE', `/plates/${encodeURIComponent(id)}`);
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
  heard(response);
  if (!response.ok) throw new ApiError(response.status, response.statusText);
  return { blob: await response.blob(), at: response.headers.get('x-picture-at') };
}

/** Address of an alert's clip. */
export const clipOf = (alert: string) => `${BASE}/alerts/${encodeURIComponent(alert)}/clip.mp4`;

/**
 * Asks for the first byte of a clip: whether there is video, and when its first picture was taken.
 * The player itself cannot tell either: it shows no headers and no reason for a failure.
 */
export async function probeClip(url: string, signal: AbortSignal): Promise<{ start: string | null } | null> {
  const response = await fetch(url, { headers: { range: 'bytes=0-0' }, cache: 'no-store', signal });
  // The body is one byte from a server that knows ranges; from any other do not download it twice.
  await response.body?.cancel();
  if (response.status === 404) return null;
  heard(response);
  if (!response.ok) throw new ApiError(response.status, response.statusText);
  return { start: response.headers.get('x-clip-start') };
}
