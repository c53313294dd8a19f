import type { Camera } from '../api/types';
import { DailyReportView } from '../report/DailyReportView';
import { useSession } from '../session/session';
import type { Sound } from '../session/sound';
import { Handover } from './Handover';
import './shift.css';

interface Props {
  /** Which part is shown, as its address says. */
  part: string | null;
  query: URLSearchParams;
  cameras: readonly Camera[];
  sound: Sound;
  onPart: (part: string | null, query?: URLSearchParams) => void;
  onAlert: (id: string) => void;
  onCamera: (id: string) => void;
}

const REPORT = 'report';

/** The handover from one shift to the next, and the report of a day. */
export function ShiftView({ part, query, cameras, sound, onPart, onAlert, onCamera }: Props) {
  const { t } = useSession();
  const isReport = part === REPORT;
  return (
    <main class="shift-view" aria-label={t('view.shift')}>
      <nav class="tabs shift-tabs" aria-label={t('view.shift')}>
        <button
          type="button"
          class={`tab ${isReport ? '' : 'chosen'}`}
          aria-current={isReport ? undefined : 'page'}
          onClick={() => onPart(null)}
        >
          {t('shift.handover')}
        </button>
        <button
          type="button"
          class={`tab ${isReport ? 'chosen' : ''}`}
          aria-current={isReport ? 'page' : undefined}
          onClick={() => onPart(REPORT)}
        >
          {t('shift.report')}
        </button>
      </nav>
      {isReport ? (
        <DailyReportView
          day={query.get('day')}
          onDay={(day) => onPart(REPORT, new URLSearchParams({ day }))}
          onAlert={onAlert}
        />
      ) : (
        <Handover sound={sound} cameras={cameras} onAlert={onAlert} onCamera={onCamera} />
      )}
    </main>
  );
}
