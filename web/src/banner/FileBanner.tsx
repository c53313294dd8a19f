import { useEffect, useState } from 'preact/hooks';
import { getSettings } from '../api/settings';
import type { SettingsProblem } from '../api/types';
import { Icon } from '../icons';
import { useSession } from '../session/session';

const LOOK_MS = 30_000;

/** To administrators: that the configuration as it stands in its file does not count. */
export function FileBanner() {
  const { t, me } = useSession();
  const [problem, setProblem] = useState<SettingsProblem | null>(null);
  const may = me?.cameras === null && me.permissions.includes('administer');
  useEffect(() => {
    if (!may) return undefined;
    const abort = new AbortController();
    const look = () => {
      // What cannot be asked for now is asked for again; that the appliance is lost is told elsewhere.
      getSettings(abort.signal).then(
        (settings) => setProblem(settings.problem),
        () => undefined,
      );
    };
    look();
    const timer = setInterval(look, LOOK_MS);
    return () => {
      clearInterval(timer);
      abort.abort();
    };
  }, [may]);
  if (!problem) return null;
  const { file, line, detail } = problem;
  return (
    <div class="banner banner-warning" role="alert">
      <Icon name="warning" />
      <p>{t('settings.file_wrong', { file, line: line ?? '?', detail })}</p>
    </div>
  );
}
