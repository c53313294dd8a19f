import type { Candidate, PlateColor } from '../api/types';
import { useSession } from '../session/session';
import { percent, signsOf } from './plate';

interface Props {
  candidates: readonly Candidate[];
  color: PlateColor | null;
}

/** What a plate says, set like one. Signs that may be others are underlined, and the other readings follow. */
export function PlateType({ candidates, color }: Props) {
  const { t } = useSession();
  const [best, ...others] = candidates;
  if (!best) return null;
  const signs = signsOf(candidates);
  const isUnsure = signs.some((sign) => sign.isUnsure);
  const title = [color && t(`color.${color}`), isUnsure && t('vehicle.unsure')].filter(Boolean).join(', ');
  return (
    <div class="plate-said">
      <strong class={`plate-type plate-${color ?? 'unknown'}`} title={title || undefined}>
        {/* Heard as one word, not sign by sign. */}
        <span class="unseen">{best.text}</span>
        <span aria-hidden="true">
          {signs.map(({ sign, isUnsure: mark }, place) =>
            mark ? <mark key={place}>{sign}</mark> : <span key={place}>{sign}</span>,
          )}
        </span>
      </strong>
      {isUnsure && (
        <small class="plate-others">
          {others.map(({ text, probability }) => (
            <span key={text}>{t('vehicle.or', { text, n: percent(probability) })}</span>
          ))}
        </small>
      )}
    </div>
  );
}

/** A pattern of plates, set like one. */
export const PatternType = ({ pattern }: { pattern: string }) => (
  <strong class="plate-type plate-unknown">{pattern}</strong>
);
