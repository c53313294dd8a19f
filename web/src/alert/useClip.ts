import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { probeClip } from '../api/client';
import type { Alert } from '../api/types';
import { millis } from '../time';
import { clipUrl } from './clip';

export type Clip =
  /** `none`: nothing was recorded. `waiting`: not there yet. `unreachable`, `failed`: tried again soon. */
  | { state: 'none' | 'waiting' | 'loading' | 'unreachable' | 'failed' }
  | {
      state: 'ready';
      src: string;
      /** Wall time of the first picture. */
      startMs: number;
      /** Wall time to go on from, or null to begin at the beginning. */
      resumeMs: number | null;
      isPlaying: boolean;
    };

const WAIT_MS = 2_000;
const LONGEST_WAIT_MS = 30_000;

/** Finds an alert's clip, waits for one that is not there yet, and loads it anew when asked. */
export function useClip(alert: Alert) {
  const url = alert.clip?.url ?? null;
  const from = alert.clip?.from ?? alert.at;
  const [clip, setClip] = useState<Clip>({ state: 'loading' });
  const shownState = useRef<Clip['state']>('loading');
  const show = useCallback((next: Clip) => {
    shownState.current = next.state;
    setClip(next);
  }, []);
  const attempt = useRef(0);
  const failures = useRef(0);
  const abort = useRef<AbortController | null>(null);
  const timer = useRef<ReturnType<typeof setTimeout>>();
  const fallbackStart = useRef(from);
  fallbackStart.current = from;

  const load = useCallback(
    (resumeMs: number | null, isPlaying: boolean) => {
      clearTimeout(timer.current);
      abort.current?.abort();
      if (url === null) return;
      const asked = new AbortController();
      abort.current = asked;
      const src = clipUrl(url, attempt.current++);
      const later = (state: 'waiting' | 'unreachable', ms: number) => {
        // A reload that fails leaves alone what plays; it is offered again.
        if (shownState.current === 'ready') return;
        show({ state });
        timer.current = setTimeout(() => load(resumeMs, isPlaying), ms);
      };
      probeClip(src, asked.signal).then(
        (found) => {
          if (asked.signal.aborted) return;
          if (!found) {
            later('waiting', WAIT_MS);
            return;
          }
          show({
            state: 'ready',
            src,
            startMs: millis(found.start ?? fallbackStart.current),
            resumeMs,
            isPlaying,
          });
        },
        () => {
          if (!asked.signal.aborted) later('unreachable', WAIT_MS);
        },
      );
    },
    [url, show],
  );

  useEffect(() => {
    load(null, true);
    return () => {
      clearTimeout(timer.current);
      abort.current?.abort();
    };
  }, [load]);

  /** The player could not go on: try again, each time a little later, from where it stopped. */
  const onBroken = useCallback(
    (resumeMs: number | null) => {
      failures.current += 1;
      show({ state: 'failed' });
      clearTimeout(timer.current);
      const wait = Math.min(WAIT_MS * 2 ** (failures.current - 1), LONGEST_WAIT_MS);
      timer.current = setTimeout(() => load(resumeMs, true), wait);
    },
    [load, show],
  );
  const onPlaying = useCallback(() => {
    failures.current = 0;
  }, []);

  const shown: Clip = url === null ? { state: alert.open ? 'waiting' : 'none' } : clip;
  return { clip: shown, load, onBroken, onPlaying };
}
