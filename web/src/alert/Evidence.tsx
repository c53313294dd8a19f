import { useState } from 'preact/hooks';
import { evidenceUrl } from '../api/audit';
import { Icon } from '../icons';
import { useSession } from '../session/session';
import '../response/response.css';

/** The evidence pack, with whoever is not of the alert blurred where that is chosen. */
export function Evidence({ alert }: { alert: string }) {
  const { t } = useSession();
  const [isBlurred, setBlurred] = useState(false);
  return (
    <div class="evidence">
      <a class="tool" href={evidenceUrl(alert, isBlurred)} download>
        <Icon name="download" /> {t('alert.evidence')}
      </a>
      <button
        type="button"
        role="checkbox"
        class="plan-step"
        aria-checked={isBlurred}
        onClick={() => setBlurred(!isBlurred)}
      >
        <span class="tick" aria-hidden="true">
          {isBlurred && <Icon name="check" />}
        </span>
        <span>{t('alert.evidence.blur')}</span>
      </button>
      <small>{t(isBlurred ? 'alert.evidence.blurred' : 'alert.evidence.words')}</small>
    </div>
  );
}
