import { useMemo, useRef, useState } from 'preact/hooks';
import type { Alert, Camera } from '../api/types';
import { ActionBar } from '../handling/ActionBar';
import { SeverityShape } from '../icons';
import { RecordingLink } from '../recordings/RecordingLink';
import { useSession } from '../session/session';
import { useNow } from '../stream/appliance';
import { millis } from '../time';
import { useConduct } from '../handling/useConduct';
import { SidePanel } from './SidePanel';
import { waysOf } from './trails';
import { useCase } from './useCase';
import { HiddenMarks } from './Persons';
import { Player } from './Player';
import './alert.css';

interface Props {
  alert: Alert | null;
  /** All that are listed. */
  alerts: readonly Alert[];
  cameras: readonly Camera[];
  isLoaded: boolean;
  /** Another one is to be shown. */
  onAlert: (id: string) => void;
  /** The alert as it is after the guard did something with it. */
  onHandled: (alert: Alert) => void;
}

/** Lets what stands beside the player move it, and go with it. */
export interface PlayerControl {
  seekTo: (wallMs: number) => void;
  /** What is shown now. */
  watched: () => { wallMs: number; isPlaying: boolean; speed: number };
}

export function AlertView({ alert, alerts, cameras, isLoaded, onAlert, onHandled }: Props) {
  const { t } = useSession();
  if (!alert) {
    return (
      <section class="alert-none">
        {isLoaded && (
          <>
            <img src="/favicon.svg" alt="" width="72" height="72" />
            <h2>{t('alert.quiet')}</h2>
            <p>{t('queue.empty.more')}</p>
          </>
        )}
      </section>
    );
  }
  const camera = cameras.find(({ id }) => id === alert.camera) ?? null;
  return (
    <ChosenAlert alert={alert} alerts={alerts} camera={camera} onAlert={onAlert} onHandled={onHandled} />
  );
}

interface ChosenProps extends Pick<Props, 'alerts' | 'onAlert' | 'onHandled'> {
  alert: Alert;
  camera: Camera | null;
}

function ChosenAlert({ alert, alerts, camera, onAlert, onHandled }: ChosenProps) {
  const { t, say, ago } = useSession();
  const { nowMs } = useNow();
  const player = useRef<PlayerControl | null>(null);
  const [conduct, setConduct] = useConduct(alert);
  const ways = useMemo(() => waysOf(alert, conduct.trails), [alert, conduct.trails]);
  const found = useCase(alert, alerts);
  const [isSeekable, setSeekable] = useState(false);
  const control = useMemo(
    () => ({
      attach: (handle: PlayerControl | null) => {
        player.current = handle;
        setSeekable(handle !== null);
      },
    }),
    [],
  );
  return (
    <article class="alert" aria-label={say(alert.reason)}>
      <div class={`alert-head head-${alert.severity}`}>
        <SeverityShape severity={alert.severity} />
        <div>
          <p class="alert-kind">
            <span class={`severity severity-${alert.severity}`}>{t(`severity.${alert.severity}`)}</span>
            <span>{alert.camera_name}</span>
            {alert.open && <span class="open">{t('alert.open')}</span>}
            {nowMs !== null && <span>{ago(nowMs - millis(alert.at))}</span>}
            <HiddenMarks persons={alert.persons} />
            <RecordingLink alert={alert} />
          </p>
          <h2>{say(alert.reason)}</h2>
        </div>
      </div>
      <ActionBar alert={alert} onHandled={onHandled} />
      <Player alert={alert} ways={ways} attach={control.attach} />
      <SidePanel
        alert={alert}
        conduct={conduct}
        onConduct={setConduct}
        ways={ways}
        found={found}
        player={player}
        alerts={alerts}
        onAlert={onAlert}
        camera={camera}
        onSeek={isSeekable ? (wallMs) => player.current?.seekTo(wallMs) : null}
      />
    </article>
  );
}
