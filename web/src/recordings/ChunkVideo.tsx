import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { probeClip } from '../api/client';
import { recordingClipUrl } from '../api/recordings';
import { useNow } from '../stream/appliance';
import { millis } from '../time';
import { CHUNK_MS } from './line';
import type { Playhead } from './playhead';

/** `over`: the moment lies behind what there is of it. */
export type ChunkState = 'loading' | 'shown' | 'none' | 'failed' | 'over';

interface Props {
  camera: string;
  label: string;
  /** Of its stretch of time, which is CHUNK_MS long. */
  fromMs: number;
  playhead: Playhead;
  /** It is the one that is watched; else it is made ready. */
  isShown: boolean;
  onState: (fromMs: number, state: ChunkState) => void;
}

const LOOK_MS = 100;
/** Video so young may not be on the disk yet. */
const YOUNG_MS = 6_000;
const RETRY_MS = 3_000;
/** The other cameras do not wait longer. */
const PATIENCE_MS = 8_000;
/** How far a picture may be from the moment: while it moves, and while it stands still. */
const DRIFT_S = 0.35;
const EXACT_S = 0.03;

interface Clip {
  src: string;
  startMs: number;
}

/** A minute of a camera's video, at the moment that the playhead says. */
export function ChunkVideo({ camera, label, fromMs, playhead, isShown, onState }: Props) {
  const video = useRef<HTMLVideoElement>(null);
  const [clip, setClip] = useState<Clip | null>(null);
  const [attempt, setAttempt] = useState(0);
  const state = useRef<ChunkState>('loading');
  const { nowMs } = useNow(1000);
  const now = useRef(nowMs);
  now.current = nowMs;
  const tell = useCallback(
    (next: ChunkState) => {
      if (state.current === next) return;
      state.current = next;
      onState(fromMs, next);
    },
    [fromMs, onState],
  );

  useEffect(() => {
    const abort = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const again = () => {
      timer = setTimeout(() => setAttempt((n) => n + 1), RETRY_MS);
    };
    const there = Math.floor(((now.current ?? Infinity) - YOUNG_MS) / 1000) * 1000;
    const toMs = Math.min(fromMs + CHUNK_MS, there);
    const isYoung = toMs < fromMs + CHUNK_MS;
    if (toMs <= fromMs) {
      tell('none');
      again();
      return () => clearTimeout(timer);
    }
    const src = recordingClipUrl(camera, fromMs, toMs);
    probeClip(src, abort.signal).then(
      (found) => {
        if (abort.signal.aborted) return;
        if (found) setClip({ src, startMs: millis(found.start ?? '') || fromMs });
        else {
          tell('none');
          if (isYoung) again();
        }
      },
      () => {
        if (abort.signal.aborted) return;
        tell('failed');
        again();
      },
    );
    return () => {
      abort.abort();
      clearTimeout(timer);
    };
  }, [camera, fromMs, attempt, tell]);

  useEffect(() => {
    const holder = `${camera}/${fromMs}`;
    const sinceMs = performance.now();
    const look = () => {
      const player = video.current;
      const nowPerf = performance.now();
      if (!isShown) {
        player?.pause();
        return;
      }
      const mayWait = nowPerf - sinceMs < PATIENCE_MS;
      if (!player || !clip) {
        playhead.hold(holder, state.current === 'loading' && mayWait, nowPerf);
        return;
      }
      follow(
        player,
        clip,
        playhead,
        nowPerf,
        (isWaiting) => playhead.hold(holder, isWaiting && mayWait, nowPerf),
        tell,
      );
    };
    look();
    const timer = setInterval(look, LOOK_MS);
    return () => {
      clearInterval(timer);
      playhead.hold(holder, false, performance.now());
    };
  }, [camera, fromMs, clip, isShown, playhead, tell]);

  // What was cut off because it was young has grown meanwhile.
  const onOver = () => {
    if (clip && !clip.src.includes(encodeURIComponent(new Date(fromMs + CHUNK_MS).toISOString()))) {
      setAttempt((n) => n + 1);
    }
  };
  if (!clip) return null;
  return (
    <video
      ref={video}
      class={isShown ? '' : 'next'}
      src={clip.src}
      aria-label={label}
      muted
      playsInline
      preload="auto"
      disablePictureInPicture
      onEnded={onOver}
      onError={() => {
        tell('failed');
        setClip(null);
        setTimeout(() => setAttempt((n) => n + 1), RETRY_MS);
      }}
    />
  );
}

/** Brings the player to the moment, and has it run or stand as the playhead does. */
function follow(
  player: HTMLVideoElement,
  clip: Clip,
  playhead: Playhead,
  nowPerf: number,
  wait: (isWaiting: boolean) => void,
  tell: (state: ChunkState) => void,
): void {
  if (player.readyState === 0) {
    wait(true);
    return;
  }
  const target = (playhead.at(nowPerf) - clip.startMs) / 1000;
  if (target < -0.5 || target > player.duration) {
    player.pause();
    wait(false);
    tell('over');
    return;
  }
  const drift = playhead.isPlaying ? DRIFT_S * Math.max(1, playhead.speed) : EXACT_S;
  if (!player.seeking && Math.abs(player.currentTime - target) > drift)
    player.currentTime = Math.max(0, target);
  const isWaiting = player.seeking || player.readyState < (playhead.isPlaying ? 3 : 2);
  wait(isWaiting);
  if (!isWaiting) tell('shown');
  if (playhead.isPlaying && (playhead.runs() || isWaiting)) {
    player.playbackRate = playhead.speed;
    // A refusal to play shows: the picture stands still.
    if (player.paused) player.play().catch(() => undefined);
  } else if (!player.paused) player.pause();
}
