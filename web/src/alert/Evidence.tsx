import { useState } from 'preact/hooks';
import { evidenceUrl } from '../api/audit';
import { Icon } from '../icons';
import { useSession } from '../session/session';

/** The evidence pack, with whoever is not of the alert blurred where that is chosen. */
export function Evidence({ alert }: { alert: string }) {
  const { t } = useSession();
  const [isBlurred, setBlurred] = useState(false);
  return (
    <div class="evidence">
      <a class="tool" href={evidenceUrl(alert, isBlurred)} download>
        <Icon name="download" /> {t('alert.evidence')}
      </a>
      <label class="check">
        <input
          type="checkbox"
          name="blur"
          checked={isBlurred}
          onChange={({ currentTarget: { checked } }) => setBlurred(checked)}
        />
        {t('alert.evidence.blur')}
      </label>
      <small>{t(isBlurred ? 'alert.evidence.blurred' : 'alert.evidence.words')}</small>
    </div>
  );
}
