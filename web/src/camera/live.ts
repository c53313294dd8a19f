// Live video as it comes over the WebSocket: what is said of it, what to do about it, and how far behind it
// may fall. Nothing here touches the browser.
import type { StreamState } from '../api/types';

/** Older than this is never shown as live. */
export const LIVE_WITHIN_MS = 3_000;

/** Which of a camera's streams; the appliance chooses the small one where there are two. */
export type StreamChoice = 'main' | 'small';

export const liveAddress = (camera: string, stream: StreamChoice): string =>
  `/api/v1/cameras/${encodeURIComponent(camera)}/live${stream === 'main' ? '?stream=main' : ''}`;

export type Told =
  | { type: 'start'; codec: string; width: number; height: number }
  | { type: 'state'; state: StreamState }
  | { type: 'masked' };

/** A text message; null for one that this page does not know. */
export function parseTold(text: string): Told | null {
  try {
    const told = JSON.parse(text) as Partial<Told> | null;
    if (told?.type === 'start' && typeof told.codec === 'string') return told as Told;
    if (told?.type === 'state' && typeof told.state === 'string') return told as Told;
    if (told?.type === 'masked') return { type: 'masked' };
  } catch {
    // Not JSON: not known.
  }
  return null;
}

/** When a picture came from the camera, and when it is shown in the video's own time. */
export interface Mark {
  atMs: number;
  mediaMs: number;
}

const HEADER_BYTES = 16;

/** A fragment of the video and the mark of its last picture; null where that is missing. */
export function parseFragment(message: ArrayBuffer): { mark: Mark; bytes: Uint8Array<ArrayBuffer> } | null {
  if (message.byteLength <= HEADER_BYTES) return null;
  const header = new DataView(message);
  const mark = { atMs: Number(header.getBigUint64(0)), mediaMs: Number(header.getBigUint64(8)) };
  return { mark, bytes: new Uint8Array(message, HEADER_BYTES) };
}

/** When the picture at this position came from the camera. */
export const shownAtMs = (mark: Mark, positionS: number): number =>
  mark.atMs - (mark.mediaMs - positionS * 1_000);

/** Whether what is shown may pass for what the camera sees now. An unknown age may not. */
export function isOfNow(atMs: number | null, nowMs: number | null): boolean {
  return atMs !== null && nowMs !== null && nowMs - atMs <= LIVE_WITHIN_MS;
}

/** How it goes with a camera's live video. */
export interface Live {
  /**
   * `unplayable`: not by this browser; `masked`: not to anybody, for the camera has privacy masks; `failing`: tried several
   * times in vain. Pictures are shown instead then.
   */
  phase: 'connecting' | 'playing' | 'lost' | 'unplayable' | 'masked' | 'failing';
  /** Connections in a row of which no video came. */
  failures: number;
}

export type LiveEvent =
  | { type: 'started' }
  | { type: 'told'; state: StreamState }
  | { type: 'unplayable' | 'masked' }
  | { type: 'broken' };

export const UNBEGUN: Live = { phase: 'connecting', failures: 0 };
const FAILURES_BORNE = 3;

export function reduceLive(live: Live, event: LiveEvent): Live {
  switch (event.type) {
    case 'started':
      return { phase: 'playing', failures: 0 };
    case 'told':
      return { phase: event.state === 'lost' ? 'lost' : 'connecting', failures: 0 };
    case 'unplayable':
    case 'masked':
      return { phase: event.type, failures: 0 };
    case 'broken': {
      const failures = live.failures + 1;
      if (isRefused(live)) return { phase: live.phase, failures };
      return { phase: failures >= FAILURES_BORNE ? 'failing' : 'connecting', failures };
    }
  }
}

/** Whether there is no video to be had, however often it is asked for. */
export const isRefused = ({ phase }: Live): boolean => phase === 'unplayable' || phase === 'masked';

/** How long to wait before the next connection. */
export function retryMs(live: Live): number {
  const { phase, failures } = live;
  if (isRefused(live)) return 60_000;
  return phase === 'failing' ? 20_000 : 500 * 2 ** Math.min(failures, 4);
}

/** So far behind the newest picture it plays: what the network delays must not stop it. */
const GOAL_S = 0.3;
const HURRY_S = 0.6;
const TOO_FAR_S = 1.5;
const HURRIED_RATE = 1.1;

/** What keeps the video near the newest picture: a leap (or none), and how fast to play. */
export function pace(
  positionS: number,
  range: { startS: number; endS: number },
  rate: number,
): { seekTo: number | null; rate: number } {
  const behind = range.endS - positionS;
  if (positionS < range.startS || behind > TOO_FAR_S) {
    return { seekTo: Math.max(range.startS, range.endS - GOAL_S), rate: 1 };
  }
  const isHurried = behind > HURRY_S || (rate > 1 && behind > GOAL_S);
  return { seekTo: null, rate: isHurried ? HURRIED_RATE : 1 };
}

const KEPT_S = 30;
/** Removing is work: it is done for some seconds at a time. */
const TRIMMED_S = 10;

/** Up to where the video in memory may be forgotten; null while it is little. */
export function trimTo(positionS: number, startS: number): number | null {
  return positionS - startS > KEPT_S + TRIMMED_S ? positionS - KEPT_S : null;
}
