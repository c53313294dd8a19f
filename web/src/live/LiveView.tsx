import { useState } from 'preact/hooks';
import type { Camera } from '../api/types';
import { useHotkeys } from '../browser';
import { CameraView } from '../camera/CameraView';
import { CameraWords } from '../camera/CameraWords';
import { LivePicture } from '../camera/LivePicture';
import { Icon } from '../icons';
import { recall, remember } from '../session/memory';
import { useSession } from '../session/session';
import { pageCount, pageOf, pageWithin, sizeOf, SIZES, type Size } from './grid';
import './grid.css';

interface Props {
  cameras: readonly Camera[];
  /** The appliance is out of reach: what it said of cameras no longer holds. */
  isUnknown: boolean;
}

const MEMORY = 'live.size';
const WIDTH = 640;

/** What the cameras see now, several at once. */
export function LiveView({ cameras, isUnknown }: Props) {
  const { t } = useSession();
  const [size, setSize] = useState<Size>(() => sizeOf(recall(MEMORY)));
  const [wanted, setPage] = useState(0);
  const [enlarged, setEnlarged] = useState<string | null>(null);
  const page = pageWithin(wanted, cameras.length, size);
  const turn = (by: 1 | -1) => setPage(pageWithin(page + by, cameras.length, size));
  useHotkeys({ arrowright: () => turn(1), arrowleft: () => turn(-1) });
  const choose = (chosen: Size) => {
    // What was the first tile stays in view.
    setPage(Math.floor((page * size) / chosen));
    setSize(chosen);
    remember(MEMORY, String(chosen));
  };
  const large = cameras.find(({ id }) => id === enlarged);
  if (large) {
    return (
      <main class="live-view" aria-label={t('view.live')}>
        <CameraView key={large.id} camera={large} isUnknown={isUnknown} onClose={() => setEnlarged(null)} />
      </main>
    );
  }
  return (
    <main class="live-view" aria-label={t('view.live')}>
      <div class="live-tools">
        <div class="live-sizes" role="group" aria-label={t('live.size')}>
          {SIZES.map((choice) => (
            <button
              key={choice}
              type="button"
              class="tool"
              aria-pressed={choice === size}
              title={t('live.size.of', { n: choice })}
              onClick={() => choose(choice)}
            >
              {choice}
            </button>
          ))}
        </div>
        <Pages page={page} count={pageCount(cameras.length, size)} onTurn={turn} />
      </div>
      {cameras.length === 0 && <p class="strip-empty">{t('camera.none')}</p>}
      <div class={`live-grid live-grid-${size}`}>
        {pageOf(cameras, size, page).map((camera) => (
          <button
            key={camera.id}
            type="button"
            class={`live-tile live-tile-${isUnknown ? 'unknown' : camera.state}`}
            title={t('camera.enlarge', { name: camera.name })}
            onClick={() => setEnlarged(camera.id)}
          >
            <LivePicture camera={camera} width={WIDTH} />
            <span class="live-name">
              <strong class="camera-name">{camera.name}</strong>
              <CameraWords camera={camera} isUnknown={isUnknown} />
            </span>
          </button>
        ))}
      </div>
    </main>
  );
}

function Pages({ page, count, onTurn }: { page: number; count: number; onTurn: (by: 1 | -1) => void }) {
  const { t } = useSession();
  if (count === 1) return null;
  return (
    <div class="live-pages">
      <button
        type="button"
        class="tool"
        disabled={page === 0}
        title={t('live.page.before')}
        aria-label={t('live.page.before')}
        onClick={() => onTurn(-1)}
      >
        <Icon name="back" />
      </button>
      <span role="status">{t('live.page', { n: page + 1, all: count })}</span>
      <button
        type="button"
        class="tool live-next"
        disabled={page === count - 1}
        title={t('live.page.next')}
        aria-label={t('live.page.next')}
        onClick={() => onTurn(1)}
      >
        <Icon name="back" />
      </button>
    </div>
  );
}
