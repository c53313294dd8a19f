import { useSession } from '../session/session';
import { keptWords } from './kept';
import { usePrivacy } from './usePrivacy';

/** Why a camera watches, and how long its recordings are kept. */
export function CameraPurpose({ camera }: { camera: string }) {
  const { t } = useSession();
  const { notice } = usePrivacy();
  const own = notice?.cameras.find(({ id }) => id === camera);
  // What is not known is not said: the picture is what counts here.
  if (!notice || !own) return null;
  const kept = keptWords(notice.kept, own.record).map(({ key, n }) => t(key, { n: n ?? '' }));
  return (
    <p class="camera-purpose soft">
      {t('privacy.of', { purpose: own.purpose })}
      <br />
      {t('privacy.kept', { kept: kept.join('; ') })}
    </p>
  );
}
