import { useEffect, useRef, useState } from 'preact/hooks';
import { getPreview } from '../api/recordings';

/** Moments this close together share a picture: cameras have a key frame every second or two. */
const GRID_MS = 2_000;
const WIDTH = 640;
const REMEMBERED = 80;

/** Pictures of this page's life, by camera and moment; the oldest go first. */
const pictures = new Map<string, string>();

function remember(key: string, blob: Blob): string {
  const url = URL.createObjectURL(blob);
  pictures.set(key, url);
  for (const [oldest, old] of pictures) {
    if (pictures.size <= REMEMBERED) break;
    URL.revokeObjectURL(old);
    pictures.delete(oldest);
  }
  return url;
}

/**
 * A picture of the moment, or of one just before while it is on its way; null where there is none. One is asked for at a
 * time, always for where the hand is by then: who drags over a day does not ask for all of it.
 */
export function usePreview(camera: string, atMs: number, isWanted: boolean): string | null {
  const [shown, setShown] = useState<string | null>(null);
  const wanted = useRef<number | null>(null);
  const isAsking = useRef(false);
  const abort = useRef(new AbortController());
  useEffect(() => {
    abort.current = new AbortController();
    isAsking.current = false;
    setShown(null);
    return () => abort.current.abort();
  }, [camera]);

  const grid = isWanted ? Math.floor(atMs / GRID_MS) * GRID_MS : null;
  useEffect(() => {
    wanted.current = grid;
    const { signal } = abort.current;
    const ask = () => {
      const moment = wanted.current;
      if (moment === null || isAsking.current || signal.aborted) return;
      const key = `${camera}/${moment}`;
      const known = pictures.get(key);
      if (known !== undefined) {
        setShown(known);
        return;
      }
      isAsking.current = true;
      // The end of its part of the grid: a moment that is linked to is never before what is shown of it.
      getPreview(camera, moment + GRID_MS - 1, WIDTH, signal)
        .then((found) => setShown(found && remember(key, found.blob)))
        .catch(() => undefined)
        .finally(() => {
          if (signal.aborted) return;
          isAsking.current = false;
          if (wanted.current !== moment) ask();
        });
    };
    ask();
  }, [camera, grid]);
  return shown;
}
