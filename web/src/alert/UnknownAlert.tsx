import { useSession } from '../session/session';

/** Instead of an alert that somebody's address names: it is on its way, or there is none. */
export function UnknownAlert({ isMissing }: { isMissing: boolean }) {
  const { t } = useSession();
  return (
    <section class="alert-none">
      <p role="status">{t(isMissing ? 'alert.missing' : 'alert.fetching')}</p>
    </section>
  );
}
