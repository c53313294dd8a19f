import { MomentField } from '../../moment/MomentField';
import { useSession } from '../../session/session';
import { isAt, Text } from '../Text';
import { orNull, withoutRow, withRow, type PartProps } from './parts';

/** Holidays, closures and days that are worked for others. */
export function DaysForm({
  value,
  refusal,
  onChange,
  closuresFile,
}: PartProps & { closuresFile: string | null }) {
  const { t } = useSession();
  const { closed = [], swap = [], tet = [] } = value;
  const hasHolidays = value.holidays !== 'none';
  const early = value.early_watch ?? null;
  const remove = (onRemove: () => void) => (
    <button type="button" class="quiet-button danger" onClick={onRemove}>
      {t('arming_set.remove')}
    </button>
  );
  const said = (name: string) =>
    refusal?.field === name && (
      <small class="wrong" role="alert">
        {refusal.detail}
      </small>
    );
  /** A day, or a time of one where that stands in the file. */
  const day = (
    name: string,
    label: string,
    text: string | null | undefined,
    onValue: (text: string) => void,
  ) => (
    <MomentField
      name={name}
      label={label}
      kind="either"
      value={text ?? ''}
      isWrong={isAt(refusal, name)}
      onChange={onValue}
    >
      {isAt(refusal, name) && (
        <small class="wrong" role="alert">
          {t('settings.wrong', { detail: refusal?.detail ?? '' })}
        </small>
      )}
    </MomentField>
  );
  return (
    <section class="settings-form">
      <h2>{t('arming_set.days')}</h2>
      <label class="check">
        <input
          type="checkbox"
          checked={hasHolidays}
          onChange={(event) =>
            onChange({ ...value, holidays: event.currentTarget.checked ? 'vietnam' : 'none' })
          }
        />
        {t('arming_set.holidays')}
      </label>
      {said('holidays')}
      {hasHolidays && (
        <>
          <label class="check">
            <input
              type="checkbox"
              checked={early !== null}
              onChange={(event) =>
                onChange({
                  ...value,
                  early_watch: event.currentTarget.checked ? { days: 3, from: '15:00' } : null,
                })
              }
            />
            {t('arming_set.early')}
          </label>
          {early && (
            <div class="row">
              <Text
                name="early_watch/days"
                label={t('arming_set.early.days')}
                type="number"
                min={1}
                value={String(early.days)}
                refusal={refusal}
                onValue={(days) => onChange({ ...value, early_watch: { ...early, days: Number(days) || 0 } })}
              />
              <Text
                name="early_watch/from"
                label={t('arming_set.early.from')}
                type="text"
                value={early.from}
                refusal={refusal}
                onValue={(from) => onChange({ ...value, early_watch: { ...early, from } })}
              />
            </div>
          )}
          <h3>{t('arming_set.tet')}</h3>
          <p class="soft">{t('arming_set.tet.hint')}</p>
          {tet.map((row, index) => (
            <div key={index} class="row">
              {day(`tet/${index}/from`, t('arming_set.first_day'), row.from, (from) =>
                onChange({ ...value, tet: withRow(tet, index, { ...row, from }) }),
              )}
              {day(`tet/${index}/to`, t('arming_set.last_day'), row.to, (to) =>
                onChange({ ...value, tet: withRow(tet, index, { ...row, to }) }),
              )}
              {remove(() => onChange({ ...value, tet: withoutRow(tet, index) }))}
              {said(`tet/${index}`)}
            </div>
          ))}
          <button
            type="button"
            class="tool"
            onClick={() => onChange({ ...value, tet: [...tet, { from: '', to: '' }] })}
          >
            {t('arming_set.tet.add')}
          </button>
        </>
      )}
      <h3>{t('arming_set.closed')}</h3>
      {closuresFile !== null && <p class="soft">{t('arming_set.closures_file', { file: closuresFile })}</p>}
      {closed.map((row, index) => (
        <div key={index} class="row">
          {day(`closed/${index}/from`, t('arming_set.first_day'), row.from, (from) =>
            onChange({ ...value, closed: withRow(closed, index, { ...row, from }) }),
          )}
          {day(`closed/${index}/to`, t('arming_set.last_day'), row.to, (to) =>
            onChange({ ...value, closed: withRow(closed, index, { ...row, to: orNull(to) }) }),
          )}
          <Text
            name={`closed/${index}/name`}
            label={t('arming_set.why')}
            value={row.name ?? ''}
            refusal={refusal}
            onValue={(name) =>
              onChange({ ...value, closed: withRow(closed, index, { ...row, name: orNull(name) }) })
            }
          />
          {remove(() => onChange({ ...value, closed: withoutRow(closed, index) }))}
          {said(`closed/${index}`)}
        </div>
      ))}
      <button
        type="button"
        class="tool"
        data-add-closed
        onClick={() => onChange({ ...value, closed: [...closed, { from: '', to: null, name: null }] })}
      >
        {t('arming_set.closed.add')}
      </button>
      <h3>{t('arming_set.swap')}</h3>
      <p class="soft">{t('arming_set.swap.hint')}</p>
      {swap.map((row, index) => (
        <div key={index} class="row">
          {day(`swap/${index}/worked`, t('arming_set.swap.worked'), row.worked, (worked) =>
            onChange({ ...value, swap: withRow(swap, index, { ...row, worked: orNull(worked) }) }),
          )}
          {day(`swap/${index}/off`, t('arming_set.swap.off'), row.off, (off) =>
            onChange({ ...value, swap: withRow(swap, index, { ...row, off: orNull(off) }) }),
          )}
          <Text
            name={`swap/${index}/name`}
            label={t('arming_set.why')}
            value={row.name ?? ''}
            refusal={refusal}
            onValue={(name) =>
              onChange({ ...value, swap: withRow(swap, index, { ...row, name: orNull(name) }) })
            }
          />
          {remove(() => onChange({ ...value, swap: withoutRow(swap, index) }))}
          {said(`swap/${index}`)}
        </div>
      ))}
      <button
        type="button"
        class="tool"
        onClick={() => onChange({ ...value, swap: [...swap, { worked: null, off: null, name: null }] })}
      >
        {t('arming_set.swap.add')}
      </button>
    </section>
  );
}
