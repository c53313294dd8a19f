import type { GroupKeys, WrittenCamera } from '../../api/types';
import { useSession } from '../../session/session';
import { isAt, Text } from '../Text';
import type { Refusal } from '../useSettings';
import { withoutRow, withRow, type PartProps } from './parts';
import { SpanField } from './SpanField';

/** Cameras and zones with hours of their own. */
export function GroupsForm({
  value,
  refusal,
  onChange,
  cameras,
}: PartProps & { cameras: readonly WrittenCamera[] }) {
  const { t } = useSession();
  const { group = [] } = value;
  const set = (next: GroupKeys[]) => onChange({ ...value, group: next });
  return (
    <section class="settings-form">
      <h2>{t('arming_set.groups')}</h2>
      <p class="soft">{t('arming_set.groups.hint')}</p>
      {group.map((row, index) => (
        <GroupForm
          key={index}
          name={`group/${index}`}
          group={row}
          cameras={cameras}
          refusal={isAt(refusal, `group/${index}`) ? refusal : null}
          onChange={(next) => set(withRow(group, index, next))}
          onRemove={() => set(withoutRow(group, index))}
        />
      ))}
      <button
        type="button"
        class="tool"
        onClick={() => set([...group, { name: '', cameras: [], zones: [], always: true }])}
      >
        {t('arming_set.groups.add')}
      </button>
    </section>
  );
}

interface GroupProps {
  name: string;
  group: GroupKeys;
  cameras: readonly WrittenCamera[];
  refusal: Refusal | null;
  onChange: (group: GroupKeys) => void;
  onRemove: () => void;
}

type Hours = 'always' | 'nights' | 'opening' | 'office';

const hoursOf = ({ always, nights, opening_hours: opening }: GroupKeys): Hours =>
  always ? 'always' : opening ? 'opening' : nights ? 'nights' : 'office';

function GroupForm({ name, group, cameras, refusal, onChange, onRemove }: GroupProps) {
  const { t } = useSession();
  const hours = hoursOf(group);
  const setHours = (next: string) => {
    const none: GroupKeys = { ...group, always: null, nights: null, opening_hours: null };
    if (next === 'always') onChange({ ...none, always: true, weekends: null });
    else if (next === 'nights') onChange({ ...none, nights: '18:00-06:00' });
    else onChange(none);
  };
  const toggle = (key: 'cameras' | 'zones', member: string, isIn: boolean) => {
    const old = group[key] ?? [];
    onChange({ ...group, [key]: isIn ? [...old, member] : old.filter((other) => other !== member) });
  };
  const member = (key: 'cameras' | 'zones', id: string, label: string) => (
    <label key={id} class="check">
      <input
        type="checkbox"
        checked={group[key]?.includes(id) ?? false}
        onChange={(event) => toggle(key, id, event.currentTarget.checked)}
      />
      {label}
    </label>
  );
  return (
    <fieldset class="group-form">
      <legend>{group.name || t('arming_set.groups.new')}</legend>
      <div class="row">
        <Text
          name={`${name}/name`}
          label={t('arming_set.groups.name')}
          value={group.name}
          refusal={refusal}
          onValue={(next) => onChange({ ...group, name: next })}
        />
        <label class="field">
          <span>{t('arming_set.groups.hours')}</span>
          <select value={hours} onChange={(event) => setHours(event.currentTarget.value)}>
            <option value="always">{t('arming_set.groups.always')}</option>
            <option value="nights">{t('arming_set.groups.nights')}</option>
            <option value="office">{t('arming_set.groups.office')}</option>
            {hours === 'opening' && <option value="opening">{t('arming_set.by.opening')}</option>}
          </select>
        </label>
        <button type="button" class="quiet-button danger" onClick={onRemove}>
          {t('arming_set.remove')}
        </button>
      </div>
      {hours === 'nights' && (
        <SpanField
          name={`${name}/nights`}
          label={t('arming_set.nights.span')}
          span={group.nights ?? ''}
          refusal={refusal}
          onSpan={(nights) => onChange({ ...group, nights })}
        />
      )}
      <div class="members" role="group" aria-label={t('arming_set.groups.members')}>
        {cameras.map((camera) => (
          <div key={camera.id} class="member">
            {member('cameras', camera.id, camera.name ?? camera.id)}
            {camera.zones
              .filter(({ kind }) => kind !== 'ignore')
              .map((zone) =>
                member('zones', `${camera.id}/${zone.id}`, `${camera.name ?? camera.id} / ${zone.id}`),
              )}
          </div>
        ))}
      </div>
      {refusal && refusal.field !== `${name}/name` && (
        <small class="wrong" role="alert">
          {refusal.detail}
        </small>
      )}
    </fieldset>
  );
}
