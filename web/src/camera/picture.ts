import { useEffect, useState } from 'preact/hooks';
import { getPicture } from '../api/client';
import { millis } from '../time';

export interface ShownPicture {
  /** An address of this page's own memory, released when the next picture comes. */
  url: string;
  /** When the camera took it, in the appliance's time; null when that is not known. */
  atMs: number | null;
}

/** Older than this is not "now". */
export const OLD_AFTER_MS = 5_000;

/** Whether a picture may pass for what the camera sees now. An unknown age may not. */
export function isFresh(picture: ShownPicture, nowMs: number | null, withinMs = OLD_AFTER_MS): boolean {
  return picture.atMs !== null && nowMs !== null && nowMs - picture.atMs <= withinMs;
}

const GIVE_UP_MS = 8_000;

/** Fetches a camera's picture again and again, each time `everyMs` after the last came; null: not now. */
export function usePicture(camera: string, width: number, everyMs: number | null): ShownPicture | null {
  const [picture, setPicture] = useState<ShownPicture | null>(null);
  useEffect(() => {
    if (everyMs === null) return undefined;
    const stop = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const next = async () => {
      const giveUp = new AbortController();
      const abort = () => giveUp.abort();
      stop.signal.addEventListener('abort', abort);
      const limit = setTimeout(abort, GIVE_UP_MS);
      try {
        const got = await getPicture(camera, width, giveUp.signal);
        if (got && !stop.signal.aborted) {
          setPicture({ url: URL.createObjectURL(got.blob), atMs: got.at === null ? null : millis(got.at) });
        }
      } catch {
        // The picture stays and grows old, and is shown as such.
      } finally {
        clearTimeout(limit);
        stop.signal.removeEventListener('abort', abort);
      }
      if (!stop.signal.aborted) timer = setTimeout(() => void next(), everyMs);
    };
    void next();
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [camera, width, everyMs]);

  useEffect(() => {
    if (!picture) return undefined;
    return () => URL.revokeObjectURL(picture.url);
  }, [picture]);
  return picture;
}
