import type { KindRules, RuleKeys, ZoneKind } from '../../api/types';
import { useSession } from '../../session/session';
import { holds, ownCount, switchesOf, turned, type Switch } from './rules';

interface Props {
  zone: string;
  kind: ZoneKind;
  rules: RuleKeys;
  /** What a zone of its kind has that says nothing itself. */
  usual: KindRules;
  onChange: (rules: RuleKeys) => void;
}

/** What raises an alert in a zone: each as for all zones, or set for this one alone. */
export function ZoneRules({ zone, kind, rules, usual, onChange }: Props) {
  const { t } = useSession();
  const switches = switchesOf(kind);
  if (switches.length === 0) return null;
  const own = ownCount(rules);
  const stays = holds(rules, usual, 'loitering');
  return (
    <details class="zone-rules" data-rules={zone}>
      <summary>
        {t('zones.rules')}
        <small>{own === 0 ? t('zones.rules.usual') : t('zones.rules.own', { n: own })}</small>
      </summary>
      <ul>
        {switches.map((name) => (
          <li key={name}>
            <label class="check">
              <input
                type="checkbox"
                name={`rule/${zone}/${name}`}
                checked={holds(rules, usual, name)}
                onChange={(event) => onChange(turned(rules, name, event.currentTarget.checked))}
              />
              <span>
                {t(`zones.rule.${name}`)}
                <small>{t(`zones.rule.${name}.hint`)}</small>
              </span>
            </label>
            <Source
              name={name}
              isOwn={rules[name] !== null}
              onBack={() => onChange(turned(rules, name, null))}
            />
          </li>
        ))}
        {stays && (
          <li>
            <label class="zone-seconds">
              <span>{t('zones.rule.seconds')}</span>
              <input
                type="number"
                name={`rule/${zone}/seconds`}
                min={5}
                max={3600}
                placeholder={String(usual.loitering_seconds)}
                value={rules.loitering_seconds ?? ''}
                onInput={(event) =>
                  onChange({ ...rules, loitering_seconds: secondsOf(event.currentTarget.value) })
                }
              />
            </label>
          </li>
        )}
      </ul>
    </details>
  );
}

const secondsOf = (text: string): number | null => (/^\d{1,6}$/.test(text.trim()) ? Number(text) : null);

interface SourceProps {
  name: Switch;
  isOwn: boolean;
  onBack: () => void;
}

/** Says where a rule comes from; one of the zone's own can be given up. */
function Source({ name, isOwn, onBack }: SourceProps) {
  const { t } = useSession();
  if (!isOwn) return <small class="soft">{t('zones.rule.inherited')}</small>;
  return (
    <button
      type="button"
      class="quiet-button"
      aria-label={t('zones.rule.back.of', { rule: t(`zones.rule.${name}`) })}
      onClick={onBack}
    >
      {t('zones.rule.back')}
    </button>
  );
}
