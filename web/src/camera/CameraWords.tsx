import type { Camera } from '../api/types';
import { StateShape } from '../icons';
import { useSession } from '../session/session';
import { clockOf } from '../time';

/** The analysis may be behind by so much without a word: a camera that wakes looks back two groups of pictures. */
const LATE_S = 5;

interface Props {
  camera: Camera;
  /** The appliance is out of reach: what it said last no longer holds. */
  isUnknown: boolean;
  /** There is room for a few words only. */
  isBrief?: boolean;
}

/** A camera's state in words: what, since when, why. */
export function CameraWords({ camera, isUnknown, isBrief = false }: Props) {
  const { t, say } = useSession();
  if (isUnknown) {
    return (
      <span class="camera-words">
        <span class="camera-state state-unknown">
          <StateShape state="unknown" />
          {t('camera.unknown')}
        </span>
      </span>
    );
  }
  const isLive = camera.state === 'live';
  const lateS = camera.analysis_delay_s ?? 0;
  return (
    <span class="camera-words">
      <span class={`camera-state state-${camera.state}`}>
        <StateShape state={camera.state} />
        {t(`camera.${camera.state}`)}
        {!isLive && <small>{t('camera.since', { time: clockOf(camera.since) })}</small>}
      </span>
      {!isLive && camera.reason && <span class="camera-reason">{say(camera.reason)}</span>}
      {isLive && (
        <span class="camera-signs">
          {camera.gate && <span class={`gate gate-${camera.gate}`}>{t(`camera.gate.${camera.gate}`)}</span>}
          <span class={camera.recording ? 'recording' : 'not-recording'}>
            {t(camera.recording ? 'camera.recording' : 'camera.not_recording')}
          </span>
          {lateS >= LATE_S && (
            <span class="late">
              {t(isBrief ? 'camera.late.brief' : 'camera.late', { seconds: Math.round(lateS) })}
            </span>
          )}
        </span>
      )}
    </span>
  );
}
