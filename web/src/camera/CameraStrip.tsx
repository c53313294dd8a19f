import { useRef } from 'preact/hooks';
import type { Camera } from '../api/types';
import { useOnScreen, usePageVisible } from '../browser';
import { useSession } from '../session/session';
import { CameraPicture } from './CameraPicture';
import { CameraWords } from './CameraWords';
import { usePicture } from './picture';
import './camera.css';

interface Props {
  cameras: readonly Camera[];
  chosen: string | null;
  isUnknown: boolean;
  onChoose: (id: string) => void;
}

const WIDTH = 320;
const LIVE_MS = 1_000;
/** With many cameras each may wait a little, so that the appliance has its hands free. */
const MANY = 6;
const MANY_LIVE_MS = 2_000;
const NOT_LIVE_MS = 5_000;

export function CameraStrip({ cameras, chosen, isUnknown, onChoose }: Props) {
  const { t } = useSession();
  const liveMs = cameras.length > MANY ? MANY_LIVE_MS : LIVE_MS;
  return (
    <section class="strip" aria-label={t('camera.strip')}>
      {cameras.length === 0 && <p class="strip-empty">{t('camera.none')}</p>}
      {cameras.map((camera) => (
        <CameraTile
          key={camera.id}
          camera={camera}
          liveMs={liveMs}
          isUnknown={isUnknown}
          isChosen={camera.id === chosen}
          onChoose={onChoose}
        />
      ))}
    </section>
  );
}

interface TileProps {
  camera: Camera;
  liveMs: number;
  isUnknown: boolean;
  isChosen: boolean;
  onChoose: (id: string) => void;
}

function CameraTile({ camera, liveMs, isUnknown, isChosen, onChoose }: TileProps) {
  const { t } = useSession();
  const tile = useRef<HTMLButtonElement>(null);
  const isOnScreen = useOnScreen(tile);
  const isPageVisible = usePageVisible();
  // Before the first picture there is nothing to ask for.
  const hasPicture = camera.state === 'live' || Boolean(camera.picture_at);
  const everyMs = camera.state === 'live' ? liveMs : NOT_LIVE_MS;
  const picture = usePicture(camera.id, WIDTH, isOnScreen && isPageVisible && hasPicture ? everyMs : null);
  return (
    <button
      ref={tile}
      type="button"
      data-choice
      data-camera={camera.id}
      class={`tile tile-${isUnknown ? 'unknown' : camera.state} ${isChosen ? 'chosen' : ''}`}
      title={t('camera.enlarge', { name: camera.name })}
      onClick={() => onChoose(camera.id)}
    >
      <CameraPicture camera={camera} picture={picture} />
      <span class="tile-text">
        <strong class="camera-name">{camera.name}</strong>
        <CameraWords camera={camera} isUnknown={isUnknown} isBrief />
      </span>
    </button>
  );
}
