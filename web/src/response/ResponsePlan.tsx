import { useRef, useState } from 'preact/hooks';
import { tickStep } from '../api/client';
import type { Alert, Conduct, PlanStep } from '../api/types';
import { Icon } from '../icons';
import { useSession } from '../session/session';
import { clockOf } from '../time';
import './response.css';

interface Props {
  alert: Alert;
  plan: readonly PlanStep[];
  /** What holds after a step was ticked or not. */
  onConduct: (conduct: Conduct) => void;
}

/** What the office wants done, to be ticked off; who did it and when stands beside it. */
export function ResponsePlan({ alert, plan, onConduct }: Props) {
  const { t, me } = useSession();
  const [waiting, setWaiting] = useState<string | null>(null);
  const [isFailed, setFailed] = useState(false);
  const last = useRef<Promise<void>>(Promise.resolve());
  if (plan.length === 0) return null;
  const mayTick = me?.permissions.includes('settle') ?? false;
  const done = plan.filter((step) => step.done).length;
  const tick = ({ step, done: isDone }: PlanStep) => {
    setWaiting(step);
    setFailed(false);
    last.current = last.current
      .then(() => tickStep(alert.id, step, !isDone))
      .then(onConduct, () => setFailed(true))
      .finally(() => setWaiting(null));
  };
  return (
    <section class="plan" aria-label={t('plan.title')}>
      <h3>
        {t('plan.title')} <span class="number">{t('plan.progress', { n: done, all: plan.length })}</span>
      </h3>
      <ol>
        {plan.map((step) => (
          <li key={step.step}>
            <button
              type="button"
              role="checkbox"
              class="plan-step"
              aria-checked={step.done}
              disabled={!mayTick || waiting === step.step}
              onClick={() => tick(step)}
            >
              <span class="tick" aria-hidden="true">
                {step.done && <Icon name="check" />}
              </span>
              <span>
                {step.step}
                {step.at && <small>{t('plan.done', { time: clockOf(step.at), who: step.who ?? '' })}</small>}
              </span>
            </button>
          </li>
        ))}
      </ol>
      <p class="plan-failed" role="alert">
        {isFailed && t('plan.failed')}
      </p>
    </section>
  );
}
