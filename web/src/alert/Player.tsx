import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import type { Alert } from '../api/types';
import { Icon } from '../icons';
import { useSession } from '../session/session';
import { useNow } from '../stream/appliance';
import { millis } from '../time';
import type { PlayerControl } from './AlertView';
import { BoxOverlay } from './BoxOverlay';
import { beginAt, growth, resumeAt } from './clip';
import { PlayerTools } from './PlayerTools';
import { RemovedPictures } from './RemovedPictures';
import { TimeBar } from './TimeBar';
import type { Way } from './trails';
import { useClip, type Clip } from './useClip';

type Ready = Extract<Clip, { state: 'ready' }>;

interface Props {
  alert: Alert;
  ways: readonly Way[];
  attach: (control: PlayerControl | null) => void;
}

/** The alert's clip, or in words why there is none yet. */
export function Player({ alert, ways, attach }: Props) {
  const { clip, load, onBroken, onPlaying } = useClip(alert);
  if (clip.state !== 'ready') {
    return <Waiting alert={alert} state={clip.state} onRetry={() => load(null, true)} />;
  }
  return (
    <Playing
      alert={alert}
      ways={ways}
      clip={clip}
      attach={attach}
      onReload={load}
      onBroken={onBroken}
      onPlaying={onPlaying}
    />
  );
}

interface WaitingProps {
  alert: Alert;
  state: Exclude<Clip['state'], 'ready'>;
  onRetry: () => void;
}

function Waiting({ alert, state, onRetry }: WaitingProps) {
  const { t } = useSession();
  return (
    <div class="player">
      <div class="screen">
        {alert.snapshot && <img class="screen-picture" src={alert.snapshot} alt={t('alert.snapshot')} />}
        <div class="screen-words" role="status">
          <p>{t(state === 'none' && alert.pictures_removed ? 'clip.gone' : `clip.${state}`)}</p>
          <RemovedPictures alert={alert} />
          {(state === 'unreachable' || state === 'failed') && (
            <button type="button" class="tool" onClick={onRetry}>
              <Icon name="reload" /> {t('clip.retry')}
            </button>
          )}
        </div>
      </div>
    </div>
  );
}

interface PlayingProps extends Props {
  clip: Ready;
  onReload: (resumeMs: number | null, isPlaying: boolean) => void;
  onBroken: (resumeMs: number | null) => void;
  onPlaying: () => void;
}

function Playing({ alert, ways, clip, attach, onReload, onBroken, onPlaying }: PlayingProps) {
  const { t } = useSession();
  const stage = useRef<HTMLDivElement>(null);
  const video = useRef<HTMLVideoElement>(null);
  const [isPlaying, setPlaying] = useState(false);
  const [showsBoxes, setShowsBoxes] = useState(true);
  const [showsTracks, setShowsTracks] = useState(true);
  const [timeS, setTimeS] = useState(0);
  const [durationS, setDurationS] = useState(0);
  const [isEnded, setEnded] = useState(false);
  // Up to when video was hoped for by the last reload; see `growth`.
  const [triedTo, setTriedTo] = useState<number | null>(null);
  const { nowMs } = useNow();

  const seek = useCallback((seconds: number) => {
    if (video.current) video.current.currentTime = Math.max(0, seconds);
  }, []);
  useEffect(() => {
    attach({
      seekTo: (wallMs) => seek((wallMs - clip.startMs) / 1000),
      watched: () => ({
        wallMs: clip.startMs + (video.current?.currentTime ?? 0) * 1000,
        isPlaying: video.current?.paused === false,
        speed: video.current?.playbackRate ?? 1,
      }),
    });
    return () => attach(null);
  }, [attach, seek, clip.startMs]);
  const beginS = beginAt(alert, clip.startMs);
  const hasLength = Number.isFinite(durationS) && durationS > 0;
  const loaded = { startMs: clip.startMs, endMs: clip.startMs + durationS * 1000 };
  const moreMs = hasLength && nowMs !== null ? growth(alert, loaded, nowMs, triedTo) : 0;
  const watchedMs = () => clip.startMs + (video.current?.currentTime ?? 0) * 1000;
  const loadMore = (isPlaying: boolean) => {
    setTriedTo(nowMs);
    onReload(watchedMs(), isPlaying);
  };
  // Who has watched to the end goes on watching as soon as there is more.
  const goesOn = isEnded && moreMs > 0;
  useEffect(() => {
    if (goesOn) loadMore(true);
    // eslint-disable-next-line react-hooks/exhaustive-deps -- once for each time it becomes true: a reload that brought nothing is tried again later
  }, [goesOn]);

  return (
    <div class="player" ref={stage}>
      <div class="screen">
        <video
          ref={video}
          src={clip.src}
          poster={clip.resumeMs === null ? (alert.snapshot ?? undefined) : undefined}
          aria-label={t('clip.label')}
          autoPlay={clip.isPlaying}
          muted
          playsInline
          preload="auto"
          disablePictureInPicture
          onLoadedMetadata={() => {
            setEnded(false);
            seek(clip.resumeMs === null ? beginS : resumeAt(clip.resumeMs, clip.startMs));
          }}
          onDurationChange={(event) => setDurationS(event.currentTarget.duration)}
          onTimeUpdate={(event) => setTimeS(event.currentTarget.currentTime)}
          onSeeking={(event) => {
            setTimeS(event.currentTarget.currentTime);
            setEnded(event.currentTarget.ended);
          }}
          onPlay={() => setPlaying(true)}
          onPause={() => setPlaying(false)}
          onClick={(event) => {
            const player = event.currentTarget;
            if (player.paused) player.play().catch(() => undefined);
            else player.pause();
          }}
          onPlaying={onPlaying}
          onEnded={(event) => {
            setEnded(true);
            // What is over is shown again and again; of what goes on there is more in a moment.
            if (alert.open || moreMs > 0) return;
            seek(beginS);
            event.currentTarget.play().catch(() => undefined);
          }}
          onError={() => onBroken(durationS > 0 ? watchedMs() : null)}
        />
        <BoxOverlay
          alert={alert}
          ways={ways}
          startMs={clip.startMs}
          timeS={timeS}
          showsBoxes={showsBoxes}
          showsTracks={showsTracks}
        />
        {moreMs > 0 && (
          <button type="button" class="more" onClick={() => loadMore(video.current?.paused === false)}>
            <Icon name="reload" />
            <span>{t('clip.more', { n: Math.floor(moreMs / 1000) })}</span>
            <strong>{t('clip.more.load')}</strong>
          </button>
        )}
      </div>
      <TimeBar
        findings={alert.findings}
        seen={{ fromMs: millis(alert.at), toMs: millis(alert.last_seen_at) }}
        startMs={clip.startMs}
        durationS={hasLength ? durationS : 0}
        timeS={timeS}
        onSeek={seek}
      >
        <PlayerTools
          video={video}
          stage={stage}
          isPlaying={isPlaying}
          showsBoxes={showsBoxes}
          onBoxes={setShowsBoxes}
          showsTracks={showsTracks}
          onTracks={setShowsTracks}
        />
      </TimeBar>
    </div>
  );
}
