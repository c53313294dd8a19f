import type { Camera } from '../api/types';
import { Icon } from '../icons';
import { CameraPurpose } from '../privacy/CameraPurpose';
import { useSession } from '../session/session';
import { CameraWords } from './CameraWords';
import { LivePicture } from './LivePicture';

const WIDTH = 1280;

interface Props {
  camera: Camera;
  isUnknown: boolean;
  onClose: () => void;
}

/** One camera, large and live. */
export function CameraView({ camera, isUnknown, onClose }: Props) {
  const { t } = useSession();
  return (
    <article class="camera-view" aria-label={camera.name}>
      <div class="camera-view-head">
        <h2>{camera.name}</h2>
        <CameraWords camera={camera} isUnknown={isUnknown} />
        <button type="button" class="tool" onClick={onClose}>
          <Icon name="close" /> {t('camera.close')}
        </button>
      </div>
      <LivePicture camera={camera} width={WIDTH} isLarge />
      <CameraPurpose camera={camera.id} />
    </article>
  );
}
