import type { PlanKeys } from '../api/types';

/** A step a line; a line that is begun and still empty stays while somebody types. */
export const stepsOf = (text: string): string[] => (text === '' ? [] : text.split('\n'));
export const linesOf = (steps: readonly string[]): string => steps.join('\n');

/** The plan of a zone of its own; null where that of the office holds. */
export const ownPlan = (plans: PlanKeys, camera: string, zone: string): string[] | null =>
  plans.zones?.find((own) => own.camera === camera && own.zone === zone)?.plan ?? null;

/** The plans with another one for this zone; with null that of the office holds for it. */
export function withPlan(plans: PlanKeys, camera: string, zone: string, plan: string[] | null): PlanKeys {
  const zones = plans.zones ?? [];
  const at = zones.findIndex((own) => own.camera === camera && own.zone === zone);
  const own = plan === null ? [] : [{ camera, zone, plan }];
  if (at < 0) return { ...plans, zones: [...zones, ...own] };
  return { ...plans, zones: [...zones.slice(0, at), ...own, ...zones.slice(at + 1)] };
}

/** As it is sent: without lines that stayed empty. */
export const withoutBlanks = (plans: PlanKeys): PlanKeys => {
  const full = (steps: readonly string[]) => steps.map((step) => step.trim()).filter((step) => step !== '');
  return {
    office: full(plans.office ?? []),
    zones: (plans.zones ?? []).map((own) => ({ ...own, plan: full(own.plan) })),
  };
};
