import { useState } from 'preact/hooks';
import { ApiError } from '../../api/client';
import { testCamera } from '../../api/settings';
import type { CameraTested } from '../../api/types';
import { useSession } from '../../session/session';
import { loginOf, type CameraDraft } from './draft';

interface Props {
  draft: CameraDraft;
  address: string;
  /** That is set up already: its name and password are used where none are typed. */
  camera: string | null;
  label: string;
}

type Outcome = { for: string; tested: CameraTested } | { for: string; failure: string };

/** Looks whether there is a picture at an address, and shows it. */
export function CameraTest({ draft, address, camera, label }: Props) {
  const { t, say } = useSession();
  const [outcome, setOutcome] = useState<Outcome | null>(null);
  const [isTesting, setTesting] = useState(false);
  const test = async () => {
    setTesting(true);
    setOutcome(null);
    const login = loginOf(draft);
    try {
      const tested = await testCamera({
        address: address.trim(),
        transport: draft.transport,
        login: typeof login === 'string' ? null : login,
        camera: login === 'keep' ? camera : null,
      });
      setOutcome({ for: address, tested });
    } catch (error) {
      const words = error instanceof ApiError ? error.message.replace(/^`\w+`: /, '') : String(error);
      setOutcome({ for: address, failure: words });
    } finally {
      setTesting(false);
    }
  };
  // What was found of another address says nothing of this one.
  const shown = outcome?.for === address ? outcome : null;
  const stream = shown && 'tested' in shown ? shown.tested.stream : null;
  const reason = shown && 'tested' in shown ? shown.tested.reason : null;
  return (
    <div class="tested" data-tested={stream ? 'fine' : reason ? reason.code : undefined}>
      <button
        type="button"
        class="tool"
        disabled={isTesting || address.trim() === ''}
        onClick={() => void test()}
      >
        {isTesting ? t('cameras.testing') : label}
      </button>
      <div role="status">
        {stream && (
          <p class="fine">
            {t('cameras.test.fine', {
              codec: stream.codec === 'h265' ? 'H.265' : 'H.264',
              width: stream.width,
              height: stream.height,
              rate: Math.round(stream.frames_per_second * 10) / 10,
            })}
          </p>
        )}
        {reason && <p class="wrong">{t('cameras.test.failed', { why: say(reason) })}</p>}
        {shown && 'failure' in shown && (
          <p class="wrong">{t('settings.refused', { detail: shown.failure })}</p>
        )}
      </div>
      {stream && <img src={`data:image/jpeg;base64,${stream.picture}`} alt={t('cameras.test.picture')} />}
    </div>
  );
}
