import { useSession } from '../../session/session';
import { Text } from '../Text';
import { WEEKDAYS, type PartProps, type Weekday } from './parts';
import { SpanField } from './SpanField';

/** As the appliance has it where the file says nothing. */
const USUAL = { nights: '18:00-06:00', peak: '01:00-03:00', open: '07:30-11:30, 13:30-17:00' };
const usualWeek = (): Record<string, string> =>
  Object.fromEntries(WEEKDAYS.slice(0, 5).map((day) => [day, USUAL.open]));

/** The hours of a week. */
export function HoursForm({ value, refusal, onChange }: PartProps) {
  const { t } = useSession();
  const isByOpening = value.opening_hours !== null && value.opening_hours !== undefined;
  const nights = value.nights ?? USUAL.nights;
  const peak = value.peak ?? USUAL.peak;
  const check = (label: string, checked: boolean, onCheck: (checked: boolean) => void) => (
    <label class="check">
      <input type="checkbox" checked={checked} onChange={(event) => onCheck(event.currentTarget.checked)} />
      {label}
    </label>
  );
  const setDay = (day: Weekday, text: string) => {
    // A day that is not named is closed.
    const others = Object.entries(value.opening_hours ?? {}).filter(([name]) => name !== day);
    const days = text.trim() ? [...others, [day, text] as const] : others;
    onChange({ ...value, opening_hours: Object.fromEntries(days) });
  };
  return (
    <section class="settings-form">
      <h2>{t('arming_set.hours')}</h2>
      <div class="row" role="radiogroup" aria-label={t('arming_set.by')}>
        <label class="check">
          <input
            type="radio"
            name="by"
            checked={!isByOpening}
            onChange={() => onChange({ ...value, opening_hours: null })}
          />
          {t('arming_set.by.nights')}
        </label>
        <label class="check">
          <input
            type="radio"
            name="by"
            checked={isByOpening}
            onChange={() => onChange({ ...value, nights: null, weekends: null, opening_hours: usualWeek() })}
          />
          {t('arming_set.by.opening')}
        </label>
      </div>
      {isByOpening ? (
        <div class="week">
          {WEEKDAYS.map((day) => (
            <Text
              key={day}
              name={`opening_hours/${day}`}
              label={t(`weekday.${day}`)}
              value={value.opening_hours?.[day] ?? ''}
              placeholder={t('arming_set.closed_all_day')}
              refusal={refusal}
              onValue={(text) => setDay(day, text)}
            />
          ))}
        </div>
      ) : (
        <>
          {check(t('arming_set.nights'), nights !== 'none', (on) =>
            onChange({ ...value, nights: on ? USUAL.nights : 'none' }),
          )}
          {nights !== 'none' && (
            <SpanField
              name="nights"
              label={t('arming_set.nights.span')}
              span={nights}
              refusal={refusal}
              onSpan={(span) => onChange({ ...value, nights: span })}
            />
          )}
          {check(t('arming_set.weekends'), value.weekends ?? true, (weekends) =>
            onChange({ ...value, weekends }),
          )}
        </>
      )}
      {check(t('arming_set.peak'), peak !== 'none', (on) =>
        onChange({ ...value, peak: on ? USUAL.peak : 'none' }),
      )}
      {peak !== 'none' && (
        <SpanField
          name="peak"
          label={t('arming_set.peak.span')}
          span={peak}
          refusal={refusal}
          onSpan={(span) => onChange({ ...value, peak: span })}
        />
      )}
    </section>
  );
}
