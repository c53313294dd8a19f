import { changePlans } from '../api/settings';
import type { PlanKeys, Settings } from '../api/types';
import { useSession } from '../session/session';
import { linesOf, ownPlan, stepsOf, withoutBlanks, withPlan } from './plans';
import { SaveBar } from './SaveBar';
import { useDraft, type Known } from './useSettings';

const plansOf = ({ plans }: Settings): PlanKeys => plans;

/** What the office wants done about an alert: for all zones, and for some on their own. */
export function PlansPage({ settings, known }: { settings: Settings; known: Known }) {
  const { t, label } = useSession();
  const draft = useDraft(settings, known, plansOf);
  const { value } = draft;
  const zones = settings.cameras.flatMap((camera) =>
    camera.zones
      .filter(({ kind }) => kind !== 'ignore')
      .map((zone) => ({ camera: camera.id, name: camera.name ?? camera.id, zone: zone.id, kind: zone.kind })),
  );
  return (
    <form
      class="settings-form plans"
      noValidate
      onSubmit={(event) => event.preventDefault()}
      aria-label={t('settings.plans')}
    >
      <Steps
        name="office"
        label={t('plans.office')}
        hint={t('plans.hint')}
        steps={value.office ?? []}
        onSteps={(office) => draft.change({ ...value, office })}
      />
      <h2>{t('plans.zones')}</h2>
      {zones.length === 0 && <p class="soft">{t('plans.no_zones')}</p>}
      {zones.map(({ camera, name, zone, kind }) => {
        const own = ownPlan(value, camera, zone);
        const title = `${name} · ${zone} (${label('zone', kind)})`;
        return (
          <fieldset key={`${camera}/${zone}`} class="plan-zone">
            <label class="check">
              <input
                type="checkbox"
                name={`own/${camera}/${zone}`}
                checked={own !== null}
                onChange={(event) =>
                  draft.change(withPlan(value, camera, zone, event.currentTarget.checked ? [] : null))
                }
              />
              <span>{t('plans.own', { zone: title })}</span>
            </label>
            {own !== null && (
              <Steps
                name={`plan/${camera}/${zone}`}
                label={title}
                hint={t('plans.hint')}
                steps={own}
                onSteps={(plan) => draft.change(withPlan(value, camera, zone, plan))}
              />
            )}
          </fieldset>
        );
      })}
      <SaveBar
        draft={draft}
        onSave={() => void draft.save((version) => changePlans(version, withoutBlanks(value)))}
      />
    </form>
  );
}

interface StepsProps {
  name: string;
  label: string;
  hint: string;
  steps: readonly string[];
  onSteps: (steps: string[]) => void;
}

/** A step a line. */
function Steps({ name, label, hint, steps, onSteps }: StepsProps) {
  const id = `set-${name.replaceAll('/', '-')}`;
  return (
    <label class="field">
      <span>{label}</span>
      <textarea
        name={name}
        rows={Math.max(3, steps.length + 1)}
        maxLength={3000}
        aria-describedby={id}
        value={linesOf(steps)}
        onInput={(event) => onSteps(stepsOf(event.currentTarget.value))}
      />
      <small id={id}>{hint}</small>
    </label>
  );
}
