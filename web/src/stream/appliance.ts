import { createContext } from 'preact';
import { useCallback, useContext, useEffect, useMemo, useReducer, useRef, useState } from 'preact/hooks';
import { getAlert, getAlerts, getArming, getCameras, getStatus, getWaiting } from '../api/client';
import type { Arming, Camera, Status } from '../api/types';
import { emptyQueue, moreWaiting, reduceQueue, stale, type Queue, type QueueAction } from '../queue/queue';
import { ApplianceClock, isLost } from './clock';
import { listen } from './events';

export type Connection =
  | { state: 'connecting' }
  | { state: 'live' }
  /** `sinceMs` in the appliance's time; null when it was never heard. */
  | { state: 'lost'; sinceMs: number | null };

/** All that the page knows of the appliance, kept fresh. */
export interface Appliance {
  connection: Connection;
  clock: ApplianceClock;
  cameras: readonly Camera[];
  status: Status | null;
  arming: Arming | null;
  /** What holds after it was changed by hand. */
  setArming: (arming: Arming) => void;
  queue: Queue;
  dispatch: (action: QueueAction) => void;
  /** Why the alerts could not be loaded, or null. */
  loadError: string | null;
}

const CAMERAS_MS = 2_000;
const STATUS_MS = 30_000;
const RETRY_MS = 3_000;
const WATCH_MS = 500;

const ClockContext = createContext(new ApplianceClock());
export const ClockProvider = ClockContext.Provider;

/** The appliance's clock, rendering again every `everyMs`; `nowMs` is null before it has spoken. */
export function useNow(everyMs = 1000): { nowMs: number | null; offset: number } {
  const clock = useContext(ClockContext);
  const [, tick] = useReducer((n: number) => n + 1, 0);
  useEffect(() => {
    const timer = setInterval(() => tick(undefined), everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
  return { nowMs: clock.nowMs(performance.now()), offset: clock.offset };
}

/** Calls `load` at once and then every `everyMs`; a failure is left to the next turn (the banner tells). */
function usePolled<T>(
  load: (signal: AbortSignal) => Promise<T>,
  everyMs: number,
  onValue: (value: T) => void,
) {
  useEffect(() => {
    const abort = new AbortController();
    const ask = () => {
      load(abort.signal).then(onValue, () => undefined);
    };
    ask();
    const timer = setInterval(ask, everyMs);
    return () => {
      clearInterval(timer);
      abort.abort();
    };
  }, [load, everyMs, onValue]);
}

function useConnection(clock: ApplianceClock) {
  const heardMs = useRef<number | null>(null);
  const [startMs] = useState(() => performance.now());
  const [connection, setConnection] = useState<Connection>({ state: 'connecting' });

  const heard = useCallback(
    (at: string) => {
      heardMs.current = performance.now();
      clock.sync(at, heardMs.current);
      setConnection((old) => (old.state === 'live' ? old : { state: 'live' }));
    },
    [clock],
  );
  useEffect(() => {
    const timer = setInterval(() => {
      const last = heardMs.current;
      if (!isLost(last ?? startMs, performance.now())) return;
      const sinceMs = last === null ? null : clock.nowMs(last);
      setConnection((old) => (old.state === 'lost' ? old : { state: 'lost', sinceMs }));
    }, WATCH_MS);
    return () => clearInterval(timer);
  }, [clock, startMs]);
  return { connection, heard };
}

function replaceCamera(cameras: readonly Camera[], camera: Camera): readonly Camera[] {
  return cameras.some((old) => old.id === camera.id)
    ? cameras.map((old) => (old.id === camera.id ? camera : old))
    : [...cameras, camera];
}

export function useAppliance(): Appliance {
  const [clock] = useState(() => new ApplianceClock());
  const { connection, heard } = useConnection(clock);
  const [cameras, setCameras] = useState<readonly Camera[]>([]);
  const [status, setStatus] = useState<Status | null>(null);
  const [arming, setArming] = useState<Arming | null>(null);
  const [loadError, setLoadError] = useState<string | null>(null);
  const [queue, dispatch] = useReducer(reduceQueue, emptyQueue);
  const latest = useRef(queue);

  useEffect(() => {
    latest.current = queue;
  }, [queue]);

  useEffect(() => {
    let retry: ReturnType<typeof setTimeout> | undefined;
    let isClosed = false;
    const load = async () => {
      clearTimeout(retry);
      try {
        const asked = latest.current.alerts;
        // What is critical is worked off first, however old it is.
        const [page, newest, critical] = await Promise.all([
          getAlerts(null),
          getWaiting(null),
          getWaiting(null, 'critical'),
        ]);
        if (isClosed) return;
        const waiting = [...critical.items, ...newest.items];
        const more = moreWaiting(newest);
        const moved = stale(latest.current, [...page.items, ...waiting], more);
        dispatch({ type: 'page', page, waiting, more, asked });
        setLoadError(null);
        setCameras(await getCameras());
        for (const id of moved) {
          // An alert may have been forgotten meanwhile; then there is nothing to correct.
          const alert = await getAlert(id).catch(() => null);
          if (alert) dispatch({ type: 'alert', alert });
        }
      } catch (error) {
        if (isClosed) return;
        setLoadError(error instanceof Error ? error.message : String(error));
        retry = setTimeout(() => void load(), RETRY_MS);
      }
    };
    const stop = listen({
      onOpen: () => void load(),
      onAlert: (alert) => dispatch({ type: 'alert', alert }),
      onCamera: (camera) => setCameras((old) => replaceCamera(old, camera)),
      onHeartbeat: ({ at }) => heard(at),
    });
    return () => {
      isClosed = true;
      clearTimeout(retry);
      stop();
    };
  }, [heard]);

  // Events tell of states; the gate and the time of the picture change without one.
  usePolled(getCameras, CAMERAS_MS, setCameras);
  usePolled(getArming, STATUS_MS, setArming);
  usePolled(getStatus, STATUS_MS, setStatus);

  return useMemo(
    () => ({ connection, clock, cameras, status, arming, setArming, queue, dispatch, loadError }),
    [connection, clock, cameras, status, arming, queue, loadError],
  );
}
