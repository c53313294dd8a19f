import { useEffect, useState } from 'preact/hooks';
import { getDailyReport } from '../api/shift';
import type { DailyReport } from '../api/types';
import { Icon } from '../icons';
import { MomentField } from '../moment/MomentField';
import { useSession } from '../session/session';
import { clockOf, dateOf } from '../time';
import { otherDay } from './chart';
import { Numbers } from './Numbers';
import { CameraTable, Disarmed, DutyLog, Escalated, Heads, Outages } from './Parts';
import { HourChart } from './HourChart';
import './report.css';

interface Props {
  /** Such as 2026-02-16; null for the one that goes on. */
  day: string | null;
  onDay: (day: string) => void;
  onAlert: (id: string) => void;
}

const EVERY_MS = 60_000;

/** What a supervisor reads in the morning: a day with its night, from noon to noon. */
export function DailyReportView({ day, onDay, onAlert }: Props) {
  const { t } = useSession();
  const { report, failure } = useReport(day);
  // Days still to come have no report: the newest is the one that was given when none was asked for.
  const [newest, setNewest] = useState<string | null>(null);
  useEffect(() => {
    if (report?.running) setNewest(report.day);
  }, [report]);
  const shown = report?.day ?? day;
  return (
    <div class="report">
      <div class="report-tools">
        <button
          type="button"
          class="tool"
          aria-label={t('report.before')}
          title={t('report.before')}
          disabled={shown === null}
          onClick={() => shown !== null && onDay(otherDay(shown, -1))}
        >
          <Icon name="back" />
        </button>
        <MomentField
          label={t('report.day')}
          kind="day"
          isRequired
          value={shown ?? ''}
          max={newest ?? undefined}
          onChange={(day) => day !== '' && onDay(day)}
        />
        <button
          type="button"
          class="tool report-next"
          aria-label={t('report.next')}
          title={t('report.next')}
          disabled={shown === null || report?.running === true}
          onClick={() => shown !== null && onDay(otherDay(shown, 1))}
        >
          <Icon name="back" />
        </button>
        <button type="button" class="tool report-print" disabled={!report} onClick={() => print()}>
          <Icon name="print" /> {t('report.print')}
        </button>
      </div>
      <p class="report-told wrong" role="alert">
        {failure !== null && t('shift.failed', { detail: failure })}
      </p>
      {report && <Report report={report} onAlert={onAlert} />}
    </div>
  );
}

function Report({ report, onAlert }: { report: DailyReport; onAlert: (id: string) => void }) {
  const { t, language } = useSession();
  const { from, to } = report;
  const end = report.running ? otherDay(report.day, 1) : to;
  const day = (of: string) => dateOf(of.length === 10 ? `${of}T12:00:00Z` : of, language);
  return (
    <article class="report-page" data-day={report.day}>
      <header>
        <h2>{t('report.title', { from: day(from), to: day(end) })}</h2>
        {report.running && <p class="soft">{t('report.running', { time: clockOf(to) })}</p>}
      </header>
      <Numbers report={report} />
      <section class="card" aria-labelledby="report-hours">
        <h3 id="report-hours">{t('report.hours')}</h3>
        <HourChart hours={report.hours} />
      </section>
      <div class="report-parts">
        <CameraTable report={report} />
        <Escalated report={report} onAlert={onAlert} />
        <Outages report={report} />
        <Disarmed report={report} />
        <DutyLog report={report} />
        <Heads report={report} />
      </div>
    </article>
  );
}

/** The day that goes on is asked for again now and then. */
function useReport(day: string | null): { report: DailyReport | null; failure: string | null } {
  const [found, setFound] = useState<{ asked: string | null; report: DailyReport } | null>(null);
  const [failure, setFailure] = useState<string | null>(null);
  useEffect(() => {
    const abort = new AbortController();
    const ask = () => {
      getDailyReport(day, abort.signal).then(
        (report) => {
          if (abort.signal.aborted) return;
          setFound({ asked: day, report });
          setFailure(null);
        },
        (error: unknown) => {
          if (!abort.signal.aborted) setFailure(error instanceof Error ? error.message : String(error));
        },
      );
    };
    ask();
    const timer = setInterval(ask, EVERY_MS);
    return () => {
      clearInterval(timer);
      abort.abort();
    };
  }, [day]);
  return { report: found?.asked === day ? found.report : null, failure };
}
