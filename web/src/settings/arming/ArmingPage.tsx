import { changeArming } from '../../api/settings';
import type { ArmingKeys, Settings } from '../../api/types';
import { useSession } from '../../session/session';
import { SaveBar } from '../SaveBar';
import { useDraft, type Known } from '../useSettings';
import { DaysForm } from './DaysForm';
import { GroupsForm } from './GroupsForm';
import { HoursForm } from './HoursForm';
import { MonthView } from './MonthView';
import './arming-set.css';

const armingOf = ({ arming }: Settings): ArmingKeys => arming;

/** When the office is watched, and a month of what comes of it. */
export function ArmingPage({ settings, known }: { settings: Settings; known: Known }) {
  const { t } = useSession();
  const draft = useDraft(settings, known, armingOf);
  const parts = { value: draft.value, refusal: draft.refusal, onChange: draft.change };
  return (
    <div class="arming-page">
      <form
        class="settings-form"
        noValidate
        aria-label={t('settings.arming')}
        onSubmit={(event) => event.preventDefault()}
      >
        <SaveBar
          draft={draft}
          isSaidElsewhere={draft.refusal?.field !== null && draft.refusal?.field !== undefined}
          onSave={() => void draft.save((version) => changeArming(version, draft.value))}
        />
        <HoursForm {...parts} />
        <DaysForm {...parts} closuresFile={settings.closures_file ?? null} />
        <GroupsForm {...parts} cameras={settings.cameras} />
      </form>
      <MonthView version={settings.version} groups={(settings.arming.group ?? []).map(({ name }) => name)} />
    </div>
  );
}
