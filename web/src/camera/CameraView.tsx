import type { Camera } from '../api/types';
import { usePageVisible } from '../browser';
import { Icon } from '../icons';
import { useSession } from '../session/session';
import { useNow } from '../stream/appliance';
import { formatClock, wallTime } from '../time';
import { CameraPicture } from './CameraPicture';
import { CameraWords } from './CameraWords';
import { usePicture } from './picture';

const WIDTH = 1280;
const EVERY_MS = 700;

interface Props {
  camera: Camera;
  isUnknown: boolean;
  onClose: () => void;
}

/** One camera, large. */
export function CameraView({ camera, isUnknown, onClose }: Props) {
  const { t } = useSession();
  const { offset } = useNow();
  const isPageVisible = usePageVisible();
  const picture = usePicture(camera.id, WIDTH, isPageVisible ? EVERY_MS : null);
  const atMs = picture?.atMs ?? null;
  return (
    <article class="camera-view" aria-label={camera.name}>
      <div class="camera-view-head">
        <h2>{camera.name}</h2>
        <CameraWords camera={camera} isUnknown={isUnknown} />
        {atMs !== null && (
          <span class="camera-view-time">
            {t('camera.picture.at', { time: formatClock(wallTime(atMs, offset)) })}
          </span>
        )}
        <button type="button" class="tool" onClick={onClose}>
          <Icon name="close" /> {t('camera.close')}
        </button>
      </div>
      <CameraPicture camera={camera} picture={picture} />
    </article>
  );
}
