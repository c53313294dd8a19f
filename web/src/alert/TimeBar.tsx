import type { ComponentChildren } from 'preact';
import { useRef } from 'preact/hooks';
import type { Finding } from '../api/types';
import { useWidth } from '../browser';
import { useSession } from '../session/session';
import { useNow } from '../stream/appliance';
import { formatClock, wallTime } from '../time';
import { placeMarks, placeStretch } from './marks';

interface Props {
  findings: readonly Finding[];
  /** While somebody was seen, wall time. */
  seen: { fromMs: number; toMs: number };
  startMs: number;
  /** 0 while not known. */
  durationS: number;
  timeS: number;
  onSeek: (seconds: number) => void;
  /** Between the times of the beginning and the end. */
  children: ComponentChildren;
}

/** As wide as a finger: marks nearer to each other share one. */
const MARK_PX = 44;
const percent = (part: number): string => `${(part * 100).toFixed(3)}%`;

/** Where in the clip things were found. The player's own controls seek as well; this says what is where. */
export function TimeBar({ findings, seen, startMs, durationS, timeS, onSeek, children }: Props) {
  const { t, label } = useSession();
  const { offset } = useNow(60_000);
  const track = useRef<HTMLDivElement>(null);
  const width = useWidth(track);
  const clock = (seconds: number) => formatClock(wallTime(startMs + seconds * 1000, offset));
  const marks = width > 0 ? placeMarks(findings, startMs, durationS, MARK_PX / width) : [];
  const stretch = placeStretch(seen.fromMs, seen.toMs, startMs, durationS);
  const position = durationS > 0 ? Math.min(1, timeS / durationS) : 0;
  const seekByPointer = (event: MouseEvent) => {
    if (!(event.currentTarget instanceof Element)) return;
    const box = event.currentTarget.getBoundingClientRect();
    if (box.width > 0) onSeek(((event.clientX - box.left) / box.width) * durationS);
  };

  return (
    <div class="time-bar" role="group" aria-label={t('clip.bar')}>
      <div ref={track} class="time-track" onClick={seekByPointer}>
        <div class="time-rail" />
        {stretch && (
          <div
            class="time-seen"
            title={t('clip.bar.seen')}
            style={{ left: percent(stretch.left), width: percent(stretch.width) }}
          />
        )}
        <div class="time-head" style={{ left: percent(position) }} />
        {marks.map((mark) => {
          const kinds = [...new Set(mark.findings.map(({ kind }) => label('kind', kind)))].join(', ');
          const count = mark.findings.length;
          // What is to be seen on it is to be heard as well.
          const what = count > 1 ? `${kinds} (${count})` : kinds;
          const name = t('alert.findings.seek', { time: clock(mark.seconds), what });
          return (
            <button
              key={mark.seconds}
              type="button"
              data-choice
              class="time-mark"
              aria-label={name}
              title={name}
              style={{ left: percent(mark.position) }}
              onClick={(event) => {
                event.stopPropagation();
                onSeek(mark.seconds);
              }}
            >
              <i data-count={count > 1 ? count : ''} />
            </button>
          );
        })}
      </div>
      <div class="time-labels">
        <span>{clock(0)}</span>
        <strong>{clock(timeS)}</strong>
        {children}
        <span>{durationS > 0 ? clock(durationS) : ''}</span>
      </div>
    </div>
  );
}
