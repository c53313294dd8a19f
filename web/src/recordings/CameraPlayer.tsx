import { useCallback, useState } from 'preact/hooks';
import type { Camera } from '../api/types';
import { Icon } from '../icons';
import { useSession } from '../session/session';
import { ChunkVideo, type ChunkState } from './ChunkVideo';
import { CHUNK_MS, chunkOf, isWithin, nextBegin } from './line';
import type { Playhead } from './playhead';
import type { Line } from './useLines';
import { usePreview } from './usePreview';

interface Props {
  camera: Camera;
  playhead: Playhead;
  /** The moment, as of this rendering. */
  atMs: number;
  /** The hand is on the line: key frames have to do. */
  isScrubbing: boolean;
  line: Line;
  onSeek: (atMs: number) => void;
  /** Null where it is the only one. */
  onRemove: (() => void) | null;
}

/** The next minute is made ready so long before it is needed. */
const AHEAD_MS = 20_000;

/** One camera at the moment that is watched. */
export function CameraPlayer({ camera, playhead, atMs, isScrubbing, line, onSeek, onRemove }: Props) {
  const { t } = useSession();
  const [settled, setSettled] = useState(() => chunkOf(atMs));
  if (!isScrubbing && settled !== chunkOf(atMs)) setSettled(chunkOf(atMs));
  const [states, setStates] = useState<Readonly<Record<number, ChunkState>>>({});
  const onState = useCallback(
    (fromMs: number, state: ChunkState) => setStates((old) => ({ ...old, [fromMs]: state })),
    [],
  );
  const isRecorded = line.state !== 'loaded' || isWithin(atMs, line.recorded);
  const state = states[settled] ?? 'loading';
  const hasVideo = isRecorded && !isScrubbing && state === 'shown';
  const preview = usePreview(camera.id, atMs, isRecorded && !hasVideo);
  const isNextDue =
    playhead.isPlaying && !isScrubbing && settled + CHUNK_MS - atMs < AHEAD_MS * playhead.speed;
  const chunks = isNextDue ? [settled, settled + CHUNK_MS] : [settled];
  const next = isRecorded ? null : nextBegin(atMs, line.recorded);
  return (
    <figure class="rec-player" data-camera={camera.id} data-state={isRecorded ? state : 'gap'}>
      <div class="rec-screen">
        {isRecorded && preview !== null && (
          <img src={preview} alt={t('recordings.video', { name: camera.name })} />
        )}
        <div class={`rec-videos ${hasVideo ? '' : 'hidden'}`}>
          {isRecorded &&
            chunks.map((fromMs) => (
              <ChunkVideo
                key={fromMs}
                camera={camera.id}
                label={t('recordings.video', { name: camera.name })}
                fromMs={fromMs}
                playhead={playhead}
                isShown={fromMs === settled && !isScrubbing}
                onState={onState}
              />
            ))}
        </div>
        {!isRecorded && (
          <div class="rec-none" role="status">
            <p>{t('recordings.none')}</p>
            {next !== null && (
              <button type="button" class="tool" onClick={() => onSeek(next)}>
                {t('recordings.none.next')} <Icon name="step" />
              </button>
            )}
          </div>
        )}
        {isRecorded && !hasVideo && !isScrubbing && (state === 'loading' || state === 'failed') && (
          <p class="rec-state" role="status">
            {t(`recordings.${state}`)}
          </p>
        )}
      </div>
      <figcaption>
        {camera.name}
        {onRemove && (
          <button
            type="button"
            class="rec-remove"
            aria-label={t('recordings.remove', { name: camera.name })}
            title={t('recordings.remove', { name: camera.name })}
            onClick={onRemove}
          >
            <Icon name="close" />
          </button>
        )}
      </figcaption>
    </figure>
  );
}
