import { useEffect, useRef, useState } from 'preact/hooks';
import type { Camera } from '../api/types';
import { useOnScreen, usePageVisible } from '../browser';
import { useSession } from '../session/session';
import { useNow } from '../stream/appliance';
import { formatClock, wallTime } from '../time';
import { CameraPicture } from './CameraPicture';
import { isOfNow, LIVE_WITHIN_MS, liveAddress, type Live } from './live';
import { usePicture } from './picture';
import { useLive } from './useLive';
import './live.css';

interface Props {
  camera: Camera;
  /** Of the pictures that are shown where the video cannot be played. */
  width: number;
  /** It has the room for the main stream, and to say when what is shown was seen. */
  isLarge?: boolean;
}

const PICTURES_MS = 1_000;
const AGE_MS = 500;

/**
 * A camera's live video, or pictures where this browser cannot play it. What is older than three seconds is
 * dimmed and said to be old. Out of sight it takes nothing from the appliance.
 */
export function LivePicture({ camera, width, isLarge = false }: Props) {
  const { t } = useSession();
  const frame = useRef<HTMLSpanElement>(null);
  const video = useRef<HTMLVideoElement>(null);
  const isOnScreen = useOnScreen(frame);
  const isPageVisible = usePageVisible();
  const isWanted = isOnScreen && isPageVisible;
  // Cameras often encode their main stream in a way that browsers cannot play, and the other in one that they can.
  const [isMainRefused, refuseMain] = useState(false);
  const stream = isLarge && camera.streams.length > 1 && !isMainRefused ? 'main' : 'small';
  const { live, player } = useLive(video, liveAddress(camera.id, stream), isWanted);
  useEffect(() => {
    if (stream === 'main' && (live.phase === 'unplayable' || live.phase === 'failing')) refuseMain(true);
  }, [stream, live]);
  const { nowMs, offset } = useNow(AGE_MS);

  const { phase } = live;
  const whyPictures = phase === 'unplayable' || phase === 'masked' || phase === 'failing' ? phase : null;
  const showsPictures = whyPictures !== null;
  const hasPicture = camera.state === 'live' || Boolean(camera.picture_at);
  const picture = usePicture(camera.id, width, isWanted && showsPictures && hasPicture ? PICTURES_MS : null);
  const atMs = showsPictures ? (picture?.atMs ?? null) : (player?.shownAtMs ?? null);
  const isLive = !showsPictures && phase === 'playing' && isOfNow(atMs, nowMs);
  return (
    <span ref={frame} class={`live ${isLive ? 'fresh' : 'old'}`} data-live={camera.id} data-phase={phase}>
      <video
        ref={video}
        class="live-video"
        hidden={showsPictures}
        muted
        playsInline
        aria-label={t('live.video', { name: camera.name })}
      />
      {whyPictures ? (
        <>
          <CameraPicture camera={camera} picture={picture} withinMs={LIVE_WITHIN_MS} />
          <span class="live-note">{t(`live.${whyPictures}`)}</span>
        </>
      ) : (
        <LiveWords phase={phase} atMs={atMs} isLive={isLive} nowMs={nowMs} />
      )}
      {isLarge && atMs !== null && (
        <span class="live-time">{t('camera.picture.at', { time: formatClock(wallTime(atMs, offset)) })}</span>
      )}
    </span>
  );
}

interface WordsProps {
  phase: Live['phase'];
  atMs: number | null;
  isLive: boolean;
  nowMs: number | null;
}

function LiveWords({ phase, atMs, isLive, nowMs }: WordsProps) {
  const { t, ago } = useSession();
  if (isLive) return <span class="live-mark">{t('live.now')}</span>;
  const what =
    phase === 'lost' ? t('camera.lost') : atMs === null ? t('live.connecting') : t('camera.old_picture');
  const age = atMs === null || nowMs === null ? '' : ` · ${ago(nowMs - atMs)}`;
  return (
    <span class="live-words" role="status">
      {what}
      {age}
    </span>
  );
}
