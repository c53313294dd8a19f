import { useEffect, useRef } from 'preact/hooks';
import { nextRing, ringing, rungFor, SILENCE } from '../queue/alarm';
import type { Queue } from '../queue/queue';
import type { ApplianceClock } from '../stream/clock';
import { notify, useNotifyPermission } from './notify';
import type { Session } from './session';
import type { Sound } from './sound';

const LOOK_MS = 1_000;

/** Rings for what nobody has claimed until somebody does, and shows it on the desktop where the page is not in view. */
export function useAlarm(queue: Queue, clock: ApplianceClock, sound: Sound, session: Session): void {
  useNotifyPermission();
  const rung = useRef(SILENCE);
  const { ring } = sound;
  useEffect(() => {
    if (!queue.loaded) return undefined;
    const look = () => {
      const ownMs = performance.now();
      const nowMs = clock.nowMs(ownMs);
      if (nowMs === null) return;
      const alerts = ringing(queue.alerts, nowMs);
      const severity = nextRing(rung.current, alerts, ownMs);
      if (severity === null) return;
      const news = alerts.filter(({ id }) => !rung.current.severities.has(id));
      rung.current = rungFor(rung.current, alerts, severity, ownMs);
      ring(severity);
      notify(news, session);
    };
    look();
    const timer = setInterval(look, LOOK_MS);
    return () => clearInterval(timer);
  }, [queue, clock, ring, session]);
}
