import type { MutableRef } from 'preact/hooks';
import { useEffect, useRef, useState } from 'preact/hooks';
import { clipOf, probeClip } from '../api/client';
import type { Alert, Camera } from '../api/types';
import { LivePicture } from '../camera/LivePicture';
import { useSession } from '../session/session';
import { millis } from '../time';
import type { PlayerControl } from './AlertView';
import { besides, isOutOfStep, type CaseAlert } from './beside';
import './beside.css';

interface Props {
  alert: Alert;
  camera: Camera | null;
  /** The alerts of its case. */
  ofCase: readonly CaseAlert[];
  player: MutableRef<PlayerControl | null>;
}

const WIDTH = 480;
const STEP_MS = 250;

/** What the camera sees now, and what the case's other cameras saw at the moment that the clip shows. */
export function Beside({ alert, camera, ofCase, player }: Props) {
  const { t } = useSession();
  const [atMs, setAtMs] = useState(() => millis(alert.at));
  useEffect(() => {
    const timer = setInterval(() => {
      const watched = player.current?.watched();
      // To the second: which clips are shown depends on no more.
      if (watched) setAtMs(Math.floor(watched.wallMs / 1000) * 1000);
    }, STEP_MS);
    return () => clearInterval(timer);
  }, [player]);
  return (
    <div class="beside" role="group" aria-label={t('beside.title')} tabIndex={0}>
      {camera && (
        <figure>
          <div class="beside-picture">
            <LivePicture camera={camera} width={WIDTH} />
          </div>
          <figcaption>{t('beside.live', { name: camera.name })}</figcaption>
        </figure>
      )}
      {besides(alert.camera, ofCase, atMs).map((other) => (
        <InStep key={other.id} alert={other} player={player} />
      ))}
    </div>
  );
}

/** Another camera's clip, which goes where the player goes. */
function InStep({ alert, player }: Pick<Props, 'player'> & { alert: CaseAlert }) {
  const { t } = useSession();
  const video = useRef<HTMLVideoElement>(null);
  const [startMs, setStartMs] = useState<number | null>(null);
  const [isOut, setOut] = useState(false);
  const url = clipOf(alert.id);
  useEffect(() => {
    const abort = new AbortController();
    probeClip(url, abort.signal).then(
      (found) => {
        if (found?.start) setStartMs(millis(found.start));
      },
      () => undefined,
    );
    return () => abort.abort();
  }, [url]);
  useEffect(() => {
    if (startMs === null) return undefined;
    const timer = setInterval(() => {
      const shown = video.current;
      const watched = player.current?.watched();
      if (!shown || !watched || !Number.isFinite(shown.duration)) return;
      const wantedS = (watched.wallMs - startMs) / 1000;
      const isWithin = wantedS >= 0 && wantedS <= shown.duration;
      setOut(!isWithin);
      shown.playbackRate = watched.speed;
      if (isWithin && isOutOfStep(shown.currentTime, wantedS) && !shown.seeking) shown.currentTime = wantedS;
      const plays = isWithin && watched.isPlaying;
      if (plays && shown.paused) shown.play().catch(() => undefined);
      if (!plays && !shown.paused) shown.pause();
    }, STEP_MS);
    return () => clearInterval(timer);
  }, [startMs, player]);
  return (
    <figure class={isOut ? 'beside-out' : undefined} data-beside={alert.camera}>
      <div class="beside-picture">
        {startMs !== null && (
          <video
            ref={video}
            src={url}
            muted
            playsInline
            preload="auto"
            disablePictureInPicture
            aria-label={t('beside.same', { name: alert.camera_name })}
          />
        )}
        {isOut && (
          <span class="beside-words" role="status">
            {t('beside.out')}
          </span>
        )}
      </div>
      <figcaption>{t('beside.same', { name: alert.camera_name })}</figcaption>
    </figure>
  );
}
