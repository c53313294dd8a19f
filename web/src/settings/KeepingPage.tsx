import type { KeepingKeys, Settings } from '../api/types';
import { changeKeeping } from '../api/settings';
import { useSession } from '../session/session';
import { PrivacyFields } from './PrivacyFields';
import { SaveBar } from './SaveBar';
import { StorageForecast } from './StorageForecast';
import { Text } from './Text';
import { useDraft, type Known } from './useSettings';

const GB = 1_000_000_000;
const keepingOf = ({ keeping }: Settings): KeepingKeys => keeping;

/** A number, or null where nothing is typed. */
const numberOf = (text: string): number | null => (text.trim() === '' ? null : Number(text));
const textOf = (number: number | null | undefined, unit = 1): string =>
  number === null || number === undefined ? '' : String(number / unit);

/** How much and how long is kept, and how long an alert waits for somebody. */
export function KeepingPage({ settings, known }: { settings: Settings; known: Known }) {
  const { t } = useSession();
  const draft = useDraft(settings, known, keepingOf);
  const { value, refusal } = draft;
  const { usual } = settings;
  const number = (
    name: string,
    label: string,
    hint: string,
    now: string,
    usually: string | null,
    set: (n: number | null) => KeepingKeys,
  ) => (
    <Text
      name={name}
      label={label}
      hint={hint}
      type="number"
      min={0}
      value={now}
      placeholder={usually === null ? t('tiers.none') : t('keeping.usual', { n: usually })}
      refusal={refusal}
      onValue={(typed) => draft.change(set(numberOf(typed)))}
    />
  );
  const bytes = (gigabytes: number | null) => (gigabytes === null ? null : Math.round(gigabytes * GB));
  return (
    <form
      class="settings-form keeping"
      noValidate
      onSubmit={(event) => event.preventDefault()}
      aria-label={t('settings.keeping')}
    >
      <h2>{t('keeping.record')}</h2>
      {number(
        'record/quota_bytes',
        t('keeping.quota'),
        t('keeping.quota.hint'),
        textOf(value.record?.quota_bytes, GB),
        textOf(usual.record?.quota_bytes, GB),
        (n) => ({ ...value, record: { ...value.record, quota_bytes: bytes(n) } }),
      )}
      <p class="soft">{t('tiers.words')}</p>
      <div class="row">
        {number(
          'record/all_hours',
          t('tiers.all'),
          t('tiers.all.hint'),
          textOf(value.record?.all_hours),
          null,
          (n) => ({ ...value, record: { ...value.record, all_hours: n } }),
        )}
        {number(
          'record/motion_days',
          t('tiers.motion'),
          t('tiers.motion.hint'),
          textOf(value.record?.motion_days),
          null,
          (n) => ({ ...value, record: { ...value.record, motion_days: n } }),
        )}
      </div>
      <div class="row">
        {number(
          'record/alert_days',
          t('tiers.alerts'),
          t('tiers.alerts.hint'),
          textOf(value.record?.alert_days),
          null,
          (n) => ({ ...value, record: { ...value.record, alert_days: n } }),
        )}
        {number(
          'record/alert_record_days',
          t('tiers.records'),
          t('tiers.records.hint'),
          textOf(value.record?.alert_record_days),
          null,
          (n) => ({ ...value, record: { ...value.record, alert_record_days: n } }),
        )}
      </div>
      <StorageForecast />
      <h2>{t('keeping.memory')}</h2>
      <div class="row">
        {number(
          'plates/keep_days',
          t('keeping.plates'),
          t('keeping.plates.hint'),
          textOf(value.plates?.keep_days),
          textOf(usual.plates?.keep_days),
          (n) => ({ ...value, plates: { keep_days: n } }),
        )}
        {number(
          'memory/keep_days',
          t('keeping.places'),
          t('keeping.places.hint'),
          textOf(value.memory?.keep_days),
          textOf(usual.memory?.keep_days),
          (n) => ({ ...value, memory: { keep_days: n } }),
        )}
      </div>
      <h2>{t('keeping.alerts')}</h2>
      <div class="row">
        {number(
          'alerts/escalate_critical_after',
          t('keeping.critical'),
          t('keeping.wait.hint'),
          textOf(value.alerts?.escalate_critical_after),
          textOf(usual.alerts?.escalate_critical_after),
          (n) => ({ ...value, alerts: { ...value.alerts, escalate_critical_after: n } }),
        )}
        {number(
          'alerts/escalate_after',
          t('keeping.others'),
          t('keeping.wait.hint'),
          textOf(value.alerts?.escalate_after),
          textOf(usual.alerts?.escalate_after),
          (n) => ({ ...value, alerts: { ...value.alerts, escalate_after: n } }),
        )}
      </div>
      <PrivacyFields
        value={value.privacy ?? {}}
        usual={usual.privacy ?? {}}
        refusal={refusal}
        onValue={(privacy) => draft.change({ ...value, privacy })}
      />
      <SaveBar
        draft={draft}
        isSaidElsewhere={refusal?.field !== null && refusal?.field !== undefined}
        onSave={() => void draft.save((version) => changeKeeping(version, value))}
      />
    </form>
  );
}
