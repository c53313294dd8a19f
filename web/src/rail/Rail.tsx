import { Icon, type IconName } from '../icons';
import { VIEWS, type View } from '../route/route';
import { useSession } from '../session/session';
import './rail.css';

interface Props {
  /** What is shown now. */
  view: View | null;
  /** Alerts that nobody has settled. */
  waiting: number;
  onView: (view: View) => void;
}

const ICONS: Readonly<Record<View, IconName>> = {
  alerts: 'bell',
  live: 'grid',
  recordings: 'history',
  search: 'search',
  vehicles: 'car',
  shift: 'clipboard',
  settings: 'gear',
};

/** The parts of the page. That alerts wait is said while another is looked at, too. */
export function Rail({ view, waiting, onView }: Props) {
  const { t, me } = useSession();
  const mayAdminister = me?.permissions.includes('administer') ?? false;
  return (
    <nav class="views" aria-label={t('view.label')}>
      {VIEWS.filter((other) => other !== 'settings' || mayAdminister).map((other) => (
        <button
          key={other}
          type="button"
          data-view={other}
          class="view"
          aria-current={other === view ? 'page' : undefined}
          onClick={() => onView(other)}
        >
          <Icon name={ICONS[other]} />
          <span>{t(`view.${other}`)}</span>
          {other === 'alerts' && view !== 'alerts' && waiting > 0 && <span class="count">{waiting}</span>}
        </button>
      ))}
    </nav>
  );
}
