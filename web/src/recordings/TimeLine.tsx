import { useMemo, useRef } from 'preact/hooks';
import { useWidth } from '../browser';
import type { Camera } from '../api/types';
import { SeverityShape } from '../icons';
import { useSession } from '../session/session';
import { formatClock, wallTime } from '../time';
import { barPath, gaps, gathered, isWithin, MINUTE_MS, placeOf, ticks, type Stretch } from './line';
import { NO_LINE, type Line } from './useLines';
import { useLineHand } from './useLineHand';

interface Props {
  cameras: readonly Camera[];
  lines: ReadonlyMap<string, Line>;
  window: Stretch;
  atMs: number;
  nowMs: number;
  offset: number;
  /** What is marked; an open end is NaN. */
  marked: Stretch;
  onScrub: (atMs: number, isOver: boolean) => void;
  onZoom: (step: 1 | -1, aroundMs: number) => void;
  onMove: (byMs: number) => void;
  onAlert: (id: string, atMs: number) => void;
}

/** As wide as a finger. */
const MARK_PX = 44;
const TICK_PX = 90;
/** The appliance knows of video so late. */
const LAG_MS = 30_000;
const percent = (place: number): string => `${(Math.min(Math.max(place, 0), 1) * 100).toFixed(3)}%`;

/** A day, or a part of it: what is recorded, what moved, what was told, what is kept. Drag to look at any moment. */
export function TimeLine(props: Props) {
  const { cameras, lines, window, atMs, nowMs, offset, marked, onScrub, onZoom, onMove } = props;
  const { t } = useSession();
  const track = useRef<HTMLDivElement>(null);
  const width = useWidth(track);
  useLineHand(track, window, { onScrub, onZoom, onMove });
  const clock = formatClock(wallTime(atMs, offset));
  const first = lines.get(cameras[0]?.id ?? '') ?? NO_LINE;
  const state = t(isWithin(atMs, first.recorded) ? 'recordings.line.recorded' : 'recordings.line.gap');
  const fromMs = Number.isNaN(marked.fromMs) ? marked.toMs : marked.fromMs;
  const toMs = Number.isNaN(marked.toMs) ? marked.fromMs : marked.toMs;
  const head = placeOf(atMs, window);
  return (
    <section class="rec-line" aria-label={t('recordings.line')}>
      <div ref={track} class={`rec-track of-${cameras.length}`}>
        {cameras.map((camera) => (
          <LineRow
            key={camera.id}
            {...props}
            camera={camera}
            line={lines.get(camera.id) ?? NO_LINE}
            width={width}
          />
        ))}
        <div class="rec-scale" aria-hidden="true">
          {ticks(window, offset, Math.max(2, width / TICK_PX)).map(({ ms, label }) => (
            <span key={ms} style={{ left: percent(placeOf(ms, window)) }}>
              {label}
            </span>
          ))}
        </div>
        {fromMs <= toMs && (
          <div
            class="rec-marked"
            style={{ left: percent(placeOf(fromMs, window)), right: percent(1 - placeOf(toMs, window)) }}
          />
        )}
        {nowMs < window.toMs && <div class="rec-future" style={{ left: percent(placeOf(nowMs, window)) }} />}
        <div
          class="rec-head"
          role="slider"
          tabIndex={0}
          aria-label={t('recordings.line')}
          aria-valuemin={Math.floor(window.fromMs / 1000)}
          aria-valuemax={Math.floor(window.toMs / 1000)}
          aria-valuenow={Math.floor(atMs / 1000)}
          aria-valuetext={t('recordings.line.said', { time: clock, state })}
          hidden={head < 0 || head > 1}
          style={{ left: percent(head) }}
        />
      </div>
      <ul class="rec-legend">
        {(['recorded', 'gap', 'motion', 'kept'] as const).map((what) => (
          <li key={what}>
            <i class={`rec-swatch of-${what}`} />
            {t(`recordings.legend.${what}`)}
          </li>
        ))}
      </ul>
    </section>
  );
}

interface RowProps extends Props {
  camera: Camera;
  line: Line;
  width: number;
}

function LineRow({ camera, line, window, nowMs, offset, width, onAlert }: RowProps) {
  const { t } = useSession();
  // What came last is not told of yet, and no gap.
  const minute = Math.floor((nowMs - LAG_MS) / MINUTE_MS) * MINUTE_MS;
  // Drawn anew when something changes, not with every picture that is played.
  const drawing = useMemo(
    () => (
      <svg viewBox="0 0 1000 40" preserveAspectRatio="none" aria-hidden="true" focusable="false">
        <path class="rec-motion" d={barPath(line.motion, window, 26)} />
        {line.state === 'loaded' && (
          <path
            class="rec-gap"
            transform="translate(0 31)"
            d={barPath(gaps(line.recorded, window, minute), window, 2)}
          />
        )}
        <path class="rec-recorded" transform="translate(0 28)" d={barPath(line.recorded, window, 8)} />
        <path class="rec-kept" transform="translate(0 37)" d={barPath(line.kept, window, 3)} />
      </svg>
    ),
    [line, window, minute],
  );
  const marks = width > 0 ? gathered(line.alerts, window, MARK_PX / width) : [];
  return (
    <div class="rec-row" aria-label={t('recordings.line.of', { name: camera.name })} role="group">
      <span class="rec-row-name">{camera.name}</span>
      {drawing}
      {line.state === 'failed' && (
        <p class="rec-row-failed" role="status">
          {t('recordings.line_failed', { detail: line.detail })}
        </p>
      )}
      {marks.map(({ mark, count, place }) => {
        const words = {
          severity: t(`severity.${mark.severity}`),
          time: formatClock(wallTime(mark.atMs, offset)),
          n: count,
        };
        const name = t(count > 1 ? 'recordings.alert.many' : 'recordings.alert', words);
        return (
          <button
            key={mark.id}
            type="button"
            data-choice
            class={`rec-alert ${mark.state === 'resolved' ? 'settled' : ''}`}
            aria-label={name}
            title={name}
            style={{ left: percent(place) }}
            onClick={() => onAlert(mark.id, mark.atMs)}
          >
            <SeverityShape severity={mark.severity} />
            {count > 1 && <i>{count}</i>}
          </button>
        );
      })}
    </div>
  );
}
