import { useEffect, useState } from 'preact/hooks';
import { getArmingMonth } from '../../api/settings';
import type { ArmingDay, ArmingMonth } from '../../api/types';
import { Icon } from '../../icons';
import { lunarWords } from '../../lunar';
import { LunarMark } from '../../LunarMark';
import { useSession } from '../../session/session';
import { barsOf, emptyBefore, monthAfter, timeOf } from './month';
import { WEEKDAYS } from './parts';

interface Props {
  /** Of the settings: the month is asked for again when they change. */
  version: string;
  groups: readonly string[];
}

/** What is armed on each day of a month, and why. */
export function MonthView({ version, groups }: Props) {
  const { t, say, language } = useSession();
  const [wanted, setWanted] = useState<string | null>(null);
  const [group, setGroup] = useState<string | null>(null);
  const [month, setMonth] = useState<ArmingMonth | null>(null);
  const [failure, setFailure] = useState<string | null>(null);
  const [chosen, setChosen] = useState<string | null>(null);
  useEffect(() => {
    const abort = new AbortController();
    getArmingMonth(wanted, group, abort.signal).then(
      (next) => {
        setMonth(next);
        setFailure(null);
      },
      (error: unknown) => {
        if (!abort.signal.aborted) setFailure(error instanceof Error ? error.message : String(error));
      },
    );
    return () => abort.abort();
  }, [wanted, group, version]);
  const turn = (by: 1 | -1) => month && setWanted(monthAfter(month.month, by));
  const [year = '', number = ''] = month?.month.split('-') ?? [];
  const day = month?.days.find(({ date }) => date === chosen);
  return (
    <section class="month" aria-label={t('month.title')}>
      <div class="month-tools">
        <button
          type="button"
          class="tool"
          aria-label={t('month.before')}
          title={t('month.before')}
          onClick={() => turn(-1)}
        >
          <Icon name="back" />
        </button>
        <h2 aria-live="polite">
          {language === 'vi' ? `Tháng ${Number(number)}/${year}` : `${Number(number)}/${year}`}
        </h2>
        <button
          type="button"
          class="tool mirrored"
          aria-label={t('month.next')}
          title={t('month.next')}
          onClick={() => turn(1)}
        >
          <Icon name="back" />
        </button>
        {groups.length > 0 && (
          <select
            aria-label={t('month.of')}
            value={group ?? ''}
            onChange={(event) => setGroup(event.currentTarget.value || null)}
          >
            <option value="">{t('month.office')}</option>
            {groups.map((name) => (
              <option key={name} value={name}>
                {name}
              </option>
            ))}
          </select>
        )}
      </div>
      {failure !== null && (
        <p class="wrong" role="alert">
          {t('settings.load_failed', { detail: failure })}
        </p>
      )}
      {month && (
        <>
          <div class="month-grid">
            {WEEKDAYS.map((weekday) => (
              <span key={weekday} class="month-weekday">
                {t(`weekday.short.${weekday}`)}
              </span>
            ))}
            {month.days.map((each, index) => (
              <button
                key={each.date}
                type="button"
                class={`month-day ${each.special ? 'special' : ''} ${each.worked ? 'worked' : ''}`}
                // The first stands below its weekday.
                style={index === 0 ? { gridColumnStart: emptyBefore(each.date) + 1 } : undefined}
                data-day={each.date}
                aria-pressed={each.date === chosen}
                aria-label={wordsOf(each)}
                onClick={() => setChosen(each.date === chosen ? null : each.date)}
              >
                <span class="month-number">
                  {Number(each.date.slice(8))}
                  {each.lunar && <LunarMark lunar={each.lunar} date={each.date} />}
                </span>
                {each.special && ' '}
                {each.special && <small>{say(each.special)}</small>}
                <svg class="month-bar" viewBox="0 0 1440 100" preserveAspectRatio="none" aria-hidden="true">
                  {barsOf(each).map(({ from, to, isPeak }) => (
                    <rect
                      key={from}
                      class={isPeak ? 'bar-peak' : ''}
                      x={from}
                      width={to - from}
                      height="100"
                    />
                  ))}
                </svg>
              </button>
            ))}
          </div>
          <p class="month-legend">
            <span class="legend legend-armed" aria-hidden="true" /> {t('month.armed')}
            <span class="legend legend-peak" aria-hidden="true" /> {t('month.peak')}
            <span class="legend" aria-hidden="true" /> {t('month.not_armed')}
          </p>
        </>
      )}
      {day && (
        <div class="month-why" role="status">
          <h3>
            {day.date.split('-').reverse().join('/')}
            {day.lunar && ` (${t('month.lunar', { date: lunarWords(day.lunar) })})`}
            {day.special && `: ${say(day.special)}`}
          </h3>
          <ul>
            {day.stretches.map((stretch) => (
              <li key={stretch.from} class={stretch.armed ? 'is-armed' : ''}>
                <strong>
                  {timeOf(stretch.from)}–{timeOf(stretch.to, true)}
                </strong>{' '}
                {t(stretch.armed ? (stretch.peak ? 'month.peak' : 'month.armed') : 'month.not_armed')}:{' '}
                {say(stretch.reason)}
              </li>
            ))}
          </ul>
        </div>
      )}
    </section>
  );

  function wordsOf(each: ArmingDay): string {
    const spans = each.stretches.filter(({ armed }) => armed);
    const words = spans.map(({ from, to }) => `${timeOf(from)}–${timeOf(to, true)}`).join(', ');
    // Begins with what is to be seen, so that it can be called by that.
    const seen = each.special ? `${Number(each.date.slice(8))} ${say(each.special)}, ` : '';
    const date = each.date.split('-').reverse().map(Number).join('/');
    const lunar = each.lunar ? `, ${t('month.lunar', { date: lunarWords(each.lunar) })}` : '';
    return `${seen}${date}${lunar}. ${t('month.armed')}: ${words || t('month.never')}`;
  }
}
