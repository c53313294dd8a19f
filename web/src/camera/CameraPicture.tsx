import type { Camera } from '../api/types';
import { Icon } from '../icons';
import { useSession } from '../session/session';
import { useNow } from '../stream/appliance';
import { isFresh, OLD_AFTER_MS, type ShownPicture } from './picture';

interface Props {
  camera: Camera;
  picture: ShownPicture | null;
  /** How old a picture of this moment may be. */
  withinMs?: number;
}

/** A camera's picture, dimmed and said to be old unless it is of this moment. */
export function CameraPicture({ camera, picture, withinMs = OLD_AFTER_MS }: Props) {
  const { t, ago } = useSession();
  const { nowMs } = useNow();
  if (!picture) {
    return (
      <span class="picture empty">
        <Icon name="picture" />
        <span>{t('camera.no_picture')}</span>
      </span>
    );
  }
  const isLive = camera.state === 'live' && isFresh(picture, nowMs, withinMs);
  const age = picture.atMs === null || nowMs === null ? '' : ` · ${ago(nowMs - picture.atMs)}`;
  return (
    <span class={`picture ${isLive ? 'fresh' : 'old'}`}>
      <img src={picture.url} alt={t('camera.picture', { name: camera.name })} />
      {!isLive && (
        <span class="old-mark">
          {t('camera.old_picture')}
          {age}
        </span>
      )}
    </span>
  );
}
