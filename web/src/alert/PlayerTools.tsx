import type { MutableRef } from 'preact/hooks';
import { useEffect, useRef, useState } from 'preact/hooks';
import { useHotkeys } from '../browser';
import { Icon } from '../icons';
import { useSession } from '../session/session';

interface Props {
  video: MutableRef<HTMLVideoElement | null>;
  /** What fills the screen when that is asked for. */
  stage: MutableRef<HTMLElement | null>;
  isPlaying: boolean;
  showsBoxes: boolean;
  onBoxes: (shows: boolean) => void;
  showsTracks: boolean;
  onTracks: (shows: boolean) => void;
}

const SPEEDS = [1, 2, 4, 0.5] as const;
const SKIP_S = 2;
/** Until the clip's own is known. */
const USUAL_FRAME_S = 1 / 25;

/** Play, step, speed, boxes, full screen. */
export function PlayerTools(props: Props) {
  const { video, stage, isPlaying, showsBoxes, onBoxes, showsTracks, onTracks } = props;
  const { t } = useSession();
  const [speed, setSpeed] = useState<number>(1);
  const frameS = useFrameLength(video);

  const toggle = () => {
    const player = video.current;
    // A refusal to play shows: the picture stands still.
    if (player?.paused) player.play().catch(() => undefined);
    else player?.pause();
  };
  const move = (seconds: number) => {
    if (video.current) video.current.currentTime = Math.max(0, video.current.currentTime + seconds);
  };
  const step = (by: 1 | -1) => {
    video.current?.pause();
    move(by * frameS.current);
  };
  const faster = () => {
    const next = SPEEDS[(SPEEDS.findIndex((known) => known === speed) + 1) % SPEEDS.length] ?? 1;
    setSpeed(next);
    if (!video.current) return;
    video.current.playbackRate = next;
    // What a clip that grew begins with.
    video.current.defaultPlaybackRate = next;
  };
  const fill = () => {
    const change = document.fullscreenElement
      ? document.exitFullscreen()
      : stage.current?.requestFullscreen();
    // A browser may refuse; then the picture stays as large as it is.
    change?.catch(() => undefined);
  };
  const boxes = () => onBoxes(!showsBoxes);
  const tracks = () => onTracks(!showsTracks);
  useHotkeys({
    ' ': toggle,
    arrowleft: () => move(-SKIP_S),
    arrowright: () => move(SKIP_S),
    ',': () => step(-1),
    '.': () => step(1),
    s: faster,
    b: boxes,
    d: tracks,
    v: fill,
  });

  return (
    <div class="player-tools" role="group" aria-label={t('player.label')}>
      <Tool
        name={isPlaying ? 'pause' : 'play'}
        words={t(isPlaying ? 'player.pause' : 'player.play')}
        onDo={toggle}
      />
      <Tool name="stepBack" words={t('player.step_back')} onDo={() => step(-1)} />
      <Tool name="step" words={t('player.step')} onDo={() => step(1)} />
      <button type="button" class="player-tool speed" title={t('player.speed')} onClick={faster}>
        <span class="unseen">{t('player.speed')} </span>
        {speed}×
      </button>
      <button
        type="button"
        class="player-tool"
        aria-pressed={showsBoxes}
        aria-label={t('player.boxes')}
        title={t('player.boxes')}
        onClick={boxes}
      >
        <Icon name={showsBoxes ? 'box' : 'boxOff'} />
      </button>
      <button
        type="button"
        class={`player-tool ${showsTracks ? '' : 'is-off'}`}
        aria-pressed={showsTracks}
        aria-label={t('player.tracks')}
        title={t('player.tracks')}
        onClick={tracks}
      >
        <Icon name="trail" />
      </button>
      <Tool name="full" words={t('player.full')} onDo={fill} />
    </div>
  );
}

interface ToolProps {
  name: Parameters<typeof Icon>[0]['name'];
  words: string;
  onDo: () => void;
}

function Tool({ name, words, onDo }: ToolProps) {
  return (
    <button type="button" class="player-tool" aria-label={words} title={words} onClick={onDo}>
      <Icon name={name} />
    </button>
  );
}

/** How long one picture of the clip lasts, from the pictures that were shown one after another. */
function useFrameLength(video: MutableRef<HTMLVideoElement | null>): MutableRef<number> {
  const length = useRef(USUAL_FRAME_S);
  useEffect(() => {
    const player = video.current;
    if (!player || !('requestVideoFrameCallback' in player)) return undefined;
    let last: { at: number; count: number } | null = null;
    let handle = 0;
    const seen: VideoFrameRequestCallback = (_, { mediaTime, presentedFrames }) => {
      const apart = last === null ? 0 : mediaTime - last.at;
      if (last?.count === presentedFrames - 1 && apart > 0.001 && apart < 1) length.current = apart;
      last = { at: mediaTime, count: presentedFrames };
      handle = player.requestVideoFrameCallback(seen);
    };
    handle = player.requestVideoFrameCallback(seen);
    return () => player.cancelVideoFrameCallback(handle);
  }, [video]);
  return length;
}
