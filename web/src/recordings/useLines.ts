import { useEffect, useState } from 'preact/hooks';
import { getTimeline, type AlertMark, type KeptStretch, type RecordingTimeline } from '../api/recordings';
import { millis } from '../time';
import { MINUTE_MS, type Mark, type Stretch } from './line';

/** What a camera's line of time shows of a day. */
export interface Line {
  state: 'loading' | 'loaded' | 'failed';
  detail: string;
  recorded: readonly Stretch[];
  motion: readonly (Stretch & { part: number })[];
  alerts: readonly (Mark & Pick<AlertMark, 'state' | 'verdict'>)[];
  kept: readonly (Stretch & Pick<KeptStretch, 'id'>)[];
}

export const NO_LINE: Line = { state: 'loading', detail: '', recorded: [], motion: [], alerts: [], kept: [] };

/** A day that goes on, and what others keep, change. */
const AGAIN_MS = 15_000;

const stretchOf = ({ from, to }: { from: string; to: string }): Stretch => ({
  fromMs: millis(from),
  toMs: millis(to),
});

export function lineOf({ recorded, motion, alerts, kept }: RecordingTimeline): Line {
  return {
    state: 'loaded',
    detail: '',
    recorded: recorded.map(stretchOf),
    motion: motion.map(({ at, seconds }) => {
      const fromMs = millis(at);
      return { fromMs, toMs: fromMs + MINUTE_MS, part: 0.25 + (0.75 * seconds) / 60 };
    }),
    alerts: alerts.map(({ id, at, severity, state, verdict }) => ({
      id,
      atMs: millis(at),
      severity,
      state,
      verdict,
    })),
    kept: kept.map((stretch) => ({ id: stretch.id, ...stretchOf(stretch) })),
  };
}

/** The lines of these cameras; `revision` asks for them anew. */
export function useLines(
  cameras: readonly string[],
  day: Stretch,
  revision: number,
): ReadonlyMap<string, Line> {
  const [lines, setLines] = useState<ReadonlyMap<string, Line>>(new Map());
  const { fromMs, toMs } = day;
  const names = cameras.join(',');
  useEffect(() => {
    // Another day has nothing of this one.
    setLines(new Map());
  }, [fromMs]);
  useEffect(() => {
    const abort = new AbortController();
    const load = () => {
      for (const camera of names.split(',').filter((name) => name !== '')) {
        const put = (change: (old: Line | undefined) => Line) => {
          if (abort.signal.aborted) return;
          setLines((old) => new Map(old).set(camera, change(old.get(camera))));
        };
        getTimeline(camera, fromMs, toMs, abort.signal).then(
          (timeline) => put(() => lineOf(timeline)),
          // What is known stays.
          (error: unknown) =>
            put((old) =>
              old?.state === 'loaded' ? old : { ...NO_LINE, state: 'failed', detail: String(error) },
            ),
        );
      }
    };
    load();
    const timer = setInterval(load, AGAIN_MS);
    return () => {
      abort.abort();
      clearInterval(timer);
    };
  }, [names, fromMs, toMs, revision]);
  return lines;
}
