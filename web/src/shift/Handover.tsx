import { useState } from 'preact/hooks';
import { changeDuty } from '../api/shift';
import type { Alert, Camera, Shift, SilentCamera } from '../api/types';
import { Icon, SeverityShape, StateShape } from '../icons';
import { useSession } from '../session/session';
import type { Sound } from '../session/sound';
import { useNow } from '../stream/appliance';
import { clockOf, dateTimeOf, formatDuration, millis } from '../time';
import { ShiftNotes } from './ShiftNotes';
import { useShift } from './useShift';

interface Props {
  sound: Sound;
  cameras: readonly Camera[];
  onAlert: (id: string) => void;
  onCamera: (id: string) => void;
}

/** Alerts that wait, cameras that see nothing, what is muted, who is on duty, and notes. */
export function Handover({ sound, cameras, onAlert, onCamera }: Props) {
  const { t } = useSession();
  const { shift, failure, reload, set } = useShift();
  if (!shift) {
    return (
      <p class="shift-told" role="status">
        {failure === null ? t('shift.loading') : t('shift.failed', { detail: failure })}
      </p>
    );
  }
  return (
    <div class="handover">
      {failure !== null && (
        <p class="shift-told wrong" role="alert">
          {t('shift.failed', { detail: failure })}
        </p>
      )}
      <div class="handover-column">
        <Duty shift={shift} onShift={set} />
        <Waiting alerts={shift.alerts} onAlert={onAlert} />
        <Silent silent={shift.silent} cameras={cameras} onCamera={onCamera} />
        <SoundHere sound={sound} />
      </div>
      <div class="handover-column">
        <ShiftNotes notes={shift.notes} onAdded={reload} />
      </div>
    </div>
  );
}

function Duty({ shift, onShift }: { shift: Shift; onShift: (shift: Shift) => void }) {
  const { t, me, language } = useSession();
  const [failure, setFailure] = useState<string | null>(null);
  const isOn = shift.on_duty.some(({ who }) => who === me?.name);
  const maySay = me?.permissions.includes('settle') ?? false;
  const say = () => {
    setFailure(null);
    changeDuty(!isOn).then(onShift, (error: unknown) =>
      setFailure(error instanceof Error ? error.message : String(error)),
    );
  };
  return (
    <section class="card" aria-labelledby="shift-duty">
      <div class="card-head">
        <h2 id="shift-duty">{t('shift.duty')}</h2>
        {maySay && (
          <button type="button" class={`tool ${isOn ? '' : 'do-main'} duty-say`} onClick={say}>
            {t(isOn ? 'shift.duty.off' : 'shift.duty.on')}
          </button>
        )}
      </div>
      {failure && (
        <p class="wrong" role="alert">
          {failure}
        </p>
      )}
      {shift.on_duty.length === 0 && <p class="soft">{t('shift.duty.nobody')}</p>}
      <ul class="rows on-duty">
        {shift.on_duty.map(({ who, since }) => (
          <li key={`${who}/${since}`}>
            <Icon name="user" />
            <strong>{who}</strong>
            <span class="soft">{t('shift.duty.since', { time: dateTimeOf(since, language) })}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Waiting({ alerts, onAlert }: { alerts: readonly Alert[]; onAlert: (id: string) => void }) {
  const { t, say, ago } = useSession();
  const { nowMs } = useNow(10_000);
  return (
    <section class="card" aria-labelledby="shift-waiting">
      <div class="card-head">
        <h2 id="shift-waiting">{t('shift.waiting')}</h2>
        {alerts.length > 0 && <span class="count">{alerts.length}</span>}
      </div>
      {alerts.length === 0 && <p class="soft">{t('shift.waiting.none')}</p>}
      <ul class="rows waiting">
        {alerts.map((alert) => (
          <li key={alert.id}>
            <button type="button" class="row-button" onClick={() => onAlert(alert.id)}>
              <SeverityShape severity={alert.severity} />
              <span class="unseen">{t(`severity.${alert.severity}`)}</span>
              <span class="row-words">
                <strong>{alert.camera_name}</strong> <span class="soft">{clockOf(alert.at)}</span>
                <span class="row-reason">{say(alert.reason)}</span>
                <small>
                  {alert.owner ? t('queue.owner', { owner: alert.owner }) : t('shift.waiting.new')}
                  {alert.escalated_at && ` · ${t('queue.escalated')}`}
                  {nowMs !== null && ` · ${ago(nowMs - millis(alert.at))}`}
                </small>
              </span>
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}

interface SilentProps {
  silent: readonly SilentCamera[];
  cameras: readonly Camera[];
  onCamera: (id: string) => void;
}

function Silent({ silent, cameras, onCamera }: SilentProps) {
  const { t, say, language } = useSession();
  return (
    <section class="card" aria-labelledby="shift-silent">
      <h2 id="shift-silent">{t('shift.silent')}</h2>
      {silent.length === 0 && <p class="soft">{t('shift.silent.none')}</p>}
      <ul class="rows silent">
        {silent.map((camera) => (
          <li key={camera.camera}>
            <button
              type="button"
              class="row-button"
              disabled={!cameras.some(({ id }) => id === camera.camera)}
              onClick={() => onCamera(camera.camera)}
            >
              <StateShape state={camera.state === 'tampered' ? 'unknown' : camera.state} />
              <span class="row-words">
                <strong>{camera.camera_name}</strong>: {t(`shift.silent.${camera.state}`)}
                <small>
                  {t('shift.duty.since', { time: dateTimeOf(camera.since, language) })}
                  {camera.reason && ` · ${say(camera.reason)}`}
                </small>
              </span>
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** Each browser mutes itself, so only this one's is known. */
function SoundHere({ sound }: { sound: Sound }) {
  const { t } = useSession();
  return (
    <section class="card" aria-labelledby="shift-sound">
      <div class="card-head">
        <h2 id="shift-sound">{t('shift.sound')}</h2>
        {sound.state === 'off' && (
          <button type="button" class="tool" onClick={sound.toggle}>
            {t('shift.sound.unmute')}
          </button>
        )}
      </div>
      <p class={`sound-here sound-here-${sound.state}`}>
        <Icon name={sound.state === 'on' ? 'speaker' : 'muted'} />
        <span>{t(`shift.sound.${sound.state}`, { time: formatDuration(sound.mutedForMs) })}</span>
      </p>
      <p class="soft">
        <small>{t('shift.sound.others')}</small>
      </p>
    </section>
  );
}
