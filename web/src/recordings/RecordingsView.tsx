import { useCallback, useEffect, useMemo, useReducer, useRef, useState } from 'preact/hooks';
import { useHotkeys } from '../browser';
import type { Camera, Status } from '../api/types';
import { Icon } from '../icons';
import type { Route } from '../route/route';
import { useSession } from '../session/session';
import { useNow } from '../stream/appliance';
import { formatDate, formatWeekday, wallTime } from '../time';
import { lookOf, MOST_CAMERAS, routeOf } from './address';
import { AlertHint } from './AlertHint';
import { CalendarDialog } from './CalendarDialog';
import { CameraPlayer } from './CameraPlayer';
import { DeletedPanel } from './DeletedPanel';
import { KeptPanel } from './KeptPanel';
import {
  DAY_MS,
  dateKey,
  dayOf,
  dayStart,
  isWithin,
  moved,
  nextBegin,
  SPANS,
  windowAround,
  zoomed,
} from './line';
import { Playhead, SPEEDS } from './playhead';
import { StretchPanel } from './StretchPanel';
import { TimeLine } from './TimeLine';
import { STEP_MS, Transport } from './Transport';
import { NO_LINE, useLines } from './useLines';
import './recordings.css';
import './line.css';

interface Props {
  cameras: readonly Camera[];
  route: Route;
  disk: Status['disk'] | null;
  onRoute: (route: Route) => void;
}

const LOOK_MS = 200;
/** The address follows what is played this often. */
const ADDRESS_MS = 10_000;
/** The latest moment that is sure to be on the disk. */
const YOUNG_MS = 10_000;
/** What happened is looked at from so long before it. */
const LEAD_MS = 3_000;
const NOTHING = { fromMs: NaN, toMs: NaN };

/** Looking back at one camera, or at several in step. */
export function RecordingsView({ cameras, route, disk, onRoute }: Props) {
  const { nowMs } = useNow();
  if (cameras.length === 0 || nowMs === null) return <main class="recordings" />;
  const look = lookOf(route);
  const known = look.cameras.filter((id) => cameras.some((camera) => camera.id === id));
  const ids = known.length > 0 ? known : cameras.slice(0, 1).map(({ id }) => id);
  return (
    <Recordings
      cameras={cameras}
      names={ids.join(',')}
      lookMs={look.atMs}
      nowMs={nowMs}
      disk={disk}
      onRoute={onRoute}
    />
  );
}

interface RecordingsProps {
  cameras: readonly Camera[];
  /** Ids of those that are looked at, with commas between. */
  names: string;
  /** What the address asks for. */
  lookMs: number | null;
  nowMs: number;
  disk: Status['disk'] | null;
  onRoute: (route: Route) => void;
}

function Recordings({ cameras, names, lookMs, nowMs, disk, onRoute }: RecordingsProps) {
  const { t } = useSession();
  const { offset } = useNow(60_000);
  const [playhead] = useState(() => new Playhead(lookMs ?? nowMs - YOUNG_MS, performance.now()));
  const ids = useMemo(() => names.split(','), [names]);
  const [, rerender] = useReducer((n: number) => n + 1, 0);
  const [isScrubbing, setScrubbing] = useState(false);
  const [span, setSpan] = useState<number>(DAY_MS);
  const [middleMs, setMiddle] = useState(() => playhead.at(performance.now()));
  const [marked, setMarked] = useState(NOTHING);
  const [alert, setAlert] = useState<string | null>(null);
  const [revision, setRevision] = useState(0);
  const [showsCalendar, setShowsCalendar] = useState(false);

  const atMs = playhead.at(performance.now());
  const day = dayOf(atMs, offset);
  const lines = useLines(ids, day, revision);
  const chosen = ids.flatMap((id) => cameras.find((camera) => camera.id === id) ?? []);
  const first = chosen[0];
  // What is watched stays in view, save while the hand chooses it.
  const around = windowAround(day, span, middleMs);
  const isOut = atMs < around.fromMs || atMs > around.toMs;
  const window = isOut && !isScrubbing ? windowAround(day, span, atMs) : around;

  const told = useRef(lookMs);
  const tellAddress = useCallback(
    (change: { cameras?: readonly string[]; atMs?: number } = {}) => {
      const next = { cameras: ids, atMs: playhead.at(performance.now()), ...change };
      told.current = Math.floor(next.atMs / 1000) * 1000;
      onRoute(routeOf(next));
    },
    [ids, onRoute, playhead],
  );
  const seek = useCallback(
    (toMs: number) => {
      playhead.seek(Math.min(toMs, nowMs), performance.now());
      rerender(undefined);
    },
    [playhead, nowMs],
  );
  // An address that somebody opened, or went back to.
  useEffect(() => {
    if (lookMs === null || lookMs === told.current) return;
    told.current = lookMs;
    setMiddle(lookMs);
    seek(lookMs);
  }, [lookMs, seek]);

  const pass = useRef<() => void>(() => undefined);
  pass.current = () => {
    const at = playhead.at(performance.now());
    if (at > nowMs - YOUNG_MS / 2) playhead.play(false, performance.now());
    const recorded = ids.map((id) => lines.get(id) ?? NO_LINE);
    const isKnown = recorded.every(({ state }) => state === 'loaded');
    if (playhead.isPlaying && isKnown && recorded.every((line) => !isWithin(at, line.recorded))) {
      // Nobody watches an empty screen: on to the next video, if there is any on this day.
      const next = nextBegin(at, ...recorded.map((line) => line.recorded));
      if (next === null) playhead.play(false, performance.now());
      else playhead.seek(next, performance.now());
    }
    rerender(undefined);
  };
  useEffect(() => {
    const looking = setInterval(() => pass.current(), LOOK_MS);
    return () => clearInterval(looking);
  }, []);
  useEffect(() => {
    const telling = setInterval(() => playhead.isPlaying && tellAddress(), ADDRESS_MS);
    return () => clearInterval(telling);
  }, [playhead, tellAddress]);

  const play = () => {
    playhead.play(!playhead.isPlaying, performance.now());
    tellAddress();
    rerender(undefined);
  };
  const goTo = (toMs: number) => {
    seek(toMs);
    setMiddle(toMs);
    tellAddress({ atMs: Math.min(toMs, nowMs) });
  };
  const step = (ms: number) => {
    seek(playhead.at(performance.now()) + ms);
    tellAddress();
  };
  const zoom = (direction: 1 | -1, aroundMs = atMs) => {
    setSpan(zoomed(span, direction));
    setMiddle(aroundMs);
  };
  const faster = () => {
    const place = SPEEDS.findIndex((known) => known === playhead.speed);
    playhead.setSpeed(SPEEDS[(place + 1) % SPEEDS.length] ?? 1, performance.now());
    rerender(undefined);
  };
  const markIn = () => setMarked((old) => ({ ...old, fromMs: Math.floor(atMs / 1000) * 1000 }));
  const markOut = () => setMarked((old) => ({ ...old, toMs: Math.ceil(atMs / 1000) * 1000 }));
  const toDate = (date: string) => {
    const start = dayStart(date, offset);
    // The same time of that day.
    if (!Number.isNaN(start)) goTo(start + (atMs - day.fromMs));
  };
  useHotkeys({
    ' ': play,
    arrowleft: () => step(-STEP_MS),
    arrowright: () => step(STEP_MS),
    ',': () => step(-1000),
    '.': () => step(1000),
    home: () => goTo(day.fromMs),
    end: () => goTo(Math.min(day.toMs - 1000, nowMs - YOUNG_MS)),
    pageup: () => step(-600_000),
    pagedown: () => step(600_000),
    '+': () => zoom(1),
    '=': () => zoom(1),
    '-': () => zoom(-1),
    s: faster,
    i: markIn,
    o: markOut,
    g: () => setShowsCalendar(true),
  });
  const changed = () => setRevision((n) => n + 1);

  return (
    <main class="recordings" aria-label={t('recordings.title')}>
      <Head
        cameras={cameras}
        ids={ids}
        atMs={atMs}
        nowMs={nowMs}
        offset={offset}
        onCameras={(chosen) => tellAddress({ cameras: chosen })}
        onDay={(by) => goTo(atMs + by * DAY_MS)}
        onCalendar={() => setShowsCalendar(true)}
      />
      <div class="rec-body">
        <div class={`rec-players of-${chosen.length}`}>
          {chosen.map((camera) => (
            <CameraPlayer
              key={camera.id}
              camera={camera}
              playhead={playhead}
              atMs={atMs}
              isScrubbing={isScrubbing}
              line={lines.get(camera.id) ?? NO_LINE}
              onSeek={goTo}
              onRemove={
                chosen.length > 1
                  ? () => tellAddress({ cameras: ids.filter((id) => id !== camera.id) })
                  : null
              }
            />
          ))}
        </div>
        <aside class="rec-side">
          <AlertHint alert={alert} onClose={() => setAlert(null)} />
          <StretchPanel
            cameras={chosen}
            marked={marked}
            offset={offset}
            onClear={() => setMarked(NOTHING)}
            onKept={changed}
          />
          {first && (
            <KeptPanel camera={first} disk={disk} revision={revision} onShow={goTo} onChanged={changed} />
          )}
          {first && <DeletedPanel camera={first} revision={revision} />}
        </aside>
      </div>
      <Transport
        atMs={atMs}
        offset={offset}
        isPlaying={playhead.isPlaying}
        speed={playhead.speed}
        isWidest={span === SPANS[0]}
        isNarrowest={span === SPANS.at(-1)}
        onPlay={play}
        onStep={step}
        onSpeed={faster}
        onZoom={zoom}
        onMarkIn={markIn}
        onMarkOut={markOut}
        onLatest={() => goTo(nowMs - YOUNG_MS)}
      />
      <TimeLine
        cameras={chosen}
        lines={lines}
        window={window}
        atMs={atMs}
        nowMs={nowMs}
        offset={offset}
        marked={marked}
        onScrub={(toMs, isOver) => {
          setScrubbing(!isOver);
          if (!isOver) setMiddle((window.fromMs + window.toMs) / 2);
          seek(toMs);
          if (isOver) tellAddress();
        }}
        onZoom={zoom}
        onMove={(byMs) =>
          setMiddle((old) => ((w) => (w.fromMs + w.toMs) / 2)(moved(windowAround(day, span, old), byMs, day)))
        }
        onAlert={(id, alertMs) => {
          setAlert(id);
          goTo(alertMs - LEAD_MS);
        }}
      />
      {showsCalendar && first && (
        <CalendarDialog
          camera={first}
          date={dateKey(atMs, offset)}
          today={dateKey(nowMs, offset)}
          onDate={toDate}
          onClose={() => setShowsCalendar(false)}
        />
      )}
    </main>
  );
}

interface HeadProps {
  cameras: readonly Camera[];
  ids: readonly string[];
  atMs: number;
  nowMs: number;
  offset: number;
  onCameras: (ids: readonly string[]) => void;
  onDay: (by: 1 | -1) => void;
  onCalendar: () => void;
}

/** Which cameras, and which day. */
function Head({ cameras, ids, atMs, nowMs, offset, onCameras, onDay, onCalendar }: HeadProps) {
  const { t, language } = useSession();
  const wall = wallTime(atMs, offset);
  const [first = '', ...others] = ids;
  const free = cameras.filter(({ id }) => !ids.includes(id));
  const isToday = dateKey(atMs, offset) >= dateKey(nowMs, offset);
  const dayTool = (by: 1 | -1, isOff: boolean) => {
    const words = t(by < 0 ? 'recordings.day.before' : 'recordings.day.next');
    return (
      <button
        type="button"
        class="tool"
        aria-label={words}
        title={words}
        disabled={isOff}
        onClick={() => onDay(by)}
      >
        <Icon name={by < 0 ? 'back' : 'forward'} />
      </button>
    );
  };
  return (
    <div class="rec-bar">
      <label class="field">
        <span class="unseen">{t('recordings.camera')}</span>
        <select
          name="camera"
          value={first}
          onChange={(event) =>
            onCameras([event.currentTarget.value, ...others.filter((id) => id !== event.currentTarget.value)])
          }
        >
          {cameras.map(({ id, name }) => (
            <option key={id} value={id}>
              {name}
            </option>
          ))}
        </select>
      </label>
      {free.length > 0 && ids.length < MOST_CAMERAS && (
        <label class="field">
          <span class="unseen">{t('recordings.add')}</span>
          <select
            name="add"
            value=""
            onChange={(event) => {
              if (event.currentTarget.value !== '') onCameras([...ids, event.currentTarget.value]);
            }}
          >
            <option value="">+ {t('recordings.add')}</option>
            {free.map(({ id, name }) => (
              <option key={id} value={id}>
                {name}
              </option>
            ))}
          </select>
        </label>
      )}
      <div class="rec-days">
        {dayTool(-1, false)}
        <button type="button" class="tool" title={t('recordings.day')} onClick={onCalendar}>
          <Icon name="calendar" />
          <span>
            {formatWeekday(wall, language)}, {formatDate(wall, language)}
          </span>
        </button>
        {dayTool(1, isToday)}
      </div>
    </div>
  );
}
