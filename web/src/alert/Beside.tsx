import type { MutableRef } from 'preact/hooks';
import { useEffect, useRef, useState } from 'preact/hooks';
import { clipOf, probeClip } from '../api/client';
import { recordingClipUrl } from '../api/recordings';
import type { Alert, Camera, CaseInFull } from '../api/types';
import { LivePicture } from '../camera/LivePicture';
import { useSession } from '../session/session';
import { millis } from '../time';
import type { PlayerControl } from './AlertView';
import { besides, endOf, hasMore, isOutOfStep, stretchOf } from './beside';
import { clipUrl } from './clip';
import './beside.css';

interface Props {
  alert: Alert;
  camera: Camera | null;
  /** Its case. */
  found: CaseInFull | null;
  player: MutableRef<PlayerControl | null>;
}

const WIDTH = 480;
const STEP_MS = 250;

/** What the camera sees now, and what the case's other cameras and those near them saw at the moment that the clip shows. */
export function Beside({ alert, camera, found, player }: Props) {
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
  const stretch = stretchOf(alert, atMs);
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
      {besides(alert.camera, found?.alerts ?? [], atMs).map((other) => (
        <InStep
          key={other.id}
          camera={other.camera}
          url={clipOf(other.id)}
          endMs={endOf(other)}
          words={t('beside.same', { name: other.camera_name })}
          player={player}
        />
      ))}
      {(found?.near ?? []).map((near) => (
        <InStep
          key={near.camera}
          camera={near.camera}
          url={recordingClipUrl(near.camera, stretch.fromMs, stretch.toMs)}
          endMs={stretch.toMs}
          words={t('beside.near', { name: near.camera_name })}
          player={player}
        />
      ))}
    </div>
  );
}

interface InStepProps extends Pick<Props, 'player'> {
  camera: string;
  url: string;
  /** Wall time up to which it grows while it is being recorded. */
  endMs: number;
  words: string;
}

/** Another camera's clip, which goes where the player goes. */
function InStep({ camera, url, endMs, words, player }: InStepProps) {
  const { t } = useSession();
  const video = useRef<HTMLVideoElement>(null);
  const [startMs, setStartMs] = useState<number | null>(null);
  const [isOut, setOut] = useState(false);
  const [attempt, setAttempt] = useState(0);
  const src = clipUrl(url, attempt);
  useEffect(() => setStartMs(null), [url]);
  useEffect(() => {
    const abort = new AbortController();
    probeClip(src, abort.signal).then(
      (found) => {
        if (abort.signal.aborted) return;
        if (found?.start) setStartMs(millis(found.start));
        setOut(!found);
      },
      () => {
        if (!abort.signal.aborted) setOut(true);
      },
    );
    return () => abort.abort();
  }, [src]);
  useEffect(() => {
    if (startMs === null) return undefined;
    const sinceMs = performance.now();
    const timer = setInterval(() => {
      const shown = video.current;
      const watched = player.current?.watched();
      if (!shown || !watched || !Number.isFinite(shown.duration)) return;
      const wantedS = (watched.wallMs - startMs) / 1000;
      const isWithin = wantedS >= 0 && wantedS <= shown.duration;
      setOut(!isWithin);
      const loaded = { startMs, endMs: startMs + shown.duration * 1000 };
      if (hasMore(loaded, watched.wallMs, endMs, performance.now() - sinceMs)) setAttempt(attempt + 1);
      shown.playbackRate = watched.speed;
      if (isWithin && isOutOfStep(shown.currentTime, wantedS) && !shown.seeking) shown.currentTime = wantedS;
      const plays = isWithin && watched.isPlaying;
      if (plays && shown.paused) shown.play().catch(() => undefined);
      if (!plays && !shown.paused) shown.pause();
    }, STEP_MS);
    return () => clearInterval(timer);
  }, [startMs, endMs, attempt, player]);
  return (
    <figure class={isOut ? 'beside-out' : undefined} data-beside={camera}>
      <div class="beside-picture">
        {startMs !== null && (
          <video
            ref={video}
            src={src}
            muted
            playsInline
            preload="auto"
            disablePictureInPicture
            aria-label={words}
          />
        )}
        {isOut && (
          <span class="beside-words" role="status">
            {t('beside.out')}
          </span>
        )}
      </div>
      <figcaption>{words}</figcaption>
    </figure>
  );
}
