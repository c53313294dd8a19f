import { Icon } from '../icons';
import { useSession } from '../session/session';
import { formatClock, formatDate, formatWeekday, wallTime } from '../time';

interface Props {
  atMs: number;
  offset: number;
  isPlaying: boolean;
  speed: number;
  isWidest: boolean;
  isNarrowest: boolean;
  onPlay: () => void;
  onStep: (ms: number) => void;
  onSpeed: () => void;
  onZoom: (step: 1 | -1) => void;
  onMarkIn: () => void;
  onMarkOut: () => void;
  onLatest: () => void;
}

export const STEP_MS = 10_000;

/** Play, step, speed, zoom, the ends of a stretch. */
export function Transport(props: Props) {
  const { atMs, offset, isPlaying, speed, isWidest, isNarrowest, onPlay, onStep, onSpeed, onZoom } = props;
  const { t, language } = useSession();
  const wall = wallTime(atMs, offset);
  return (
    <div class="rec-transport" role="group" aria-label={t('player.label')}>
      <Tool name="stepBack" words={t('recordings.back')} onDo={() => onStep(-STEP_MS)} />
      <Tool
        name={isPlaying ? 'pause' : 'play'}
        words={t(isPlaying ? 'player.pause' : 'player.play')}
        onDo={onPlay}
      />
      <Tool name="step" words={t('recordings.forward')} onDo={() => onStep(STEP_MS)} />
      <button type="button" class="tool speed" title={t('player.speed')} onClick={onSpeed}>
        <span class="unseen">{t('player.speed')} </span>
        {speed}×
      </button>
      <p class="rec-clock">
        <strong>{formatClock(wall)}</strong>
        <span>
          {formatWeekday(wall, language)}, {formatDate(wall, language)}
        </span>
      </p>
      <button type="button" class="tool" title={t('recordings.mark_in.key')} onClick={props.onMarkIn}>
        <Icon name="markIn" /> {t('recordings.mark_in')}
      </button>
      <button type="button" class="tool" title={t('recordings.mark_out.key')} onClick={props.onMarkOut}>
        {t('recordings.mark_out')} <Icon name="markOut" />
      </button>
      <Tool name="zoomOut" words={t('recordings.zoom_out')} isOff={isWidest} onDo={() => onZoom(-1)} />
      <Tool name="zoomIn" words={t('recordings.zoom_in')} isOff={isNarrowest} onDo={() => onZoom(1)} />
      <button type="button" class="tool" onClick={props.onLatest}>
        {t('recordings.latest')}
      </button>
    </div>
  );
}

interface ToolProps {
  name: Parameters<typeof Icon>[0]['name'];
  words: string;
  isOff?: boolean;
  onDo: () => void;
}

function Tool({ name, words, isOff = false, onDo }: ToolProps) {
  return (
    <button type="button" class="tool" aria-label={words} title={words} disabled={isOff} onClick={onDo}>
      <Icon name={name} />
    </button>
  );
}
