import type { KindRules, LineKeys, ZoneKeys, ZoneKind } from '../../api/types';
import { useSession } from '../../session/session';
import { isAt } from '../Text';
import type { Refusal } from '../useSettings';
import { renamed, without, withLine, withZone, type Act, type Drawing } from './drawing';
import { Name, Remove } from './ListParts';
import { MaskList } from './MaskList';
import { ofKind } from './rules';
import { faultOfZone } from './shape';
import { ZoneRules } from './ZoneRules';

const KINDS: readonly ZoneKind[] = ['yard', 'building', 'protected', 'parking', 'ignore'];
const DIRECTIONS: readonly LineKeys['direction'][] = ['in', 'out', 'both'];

interface Props {
  drawing: Drawing;
  dispatch: (act: Act) => void;
  refusal: Refusal | null;
  /** What zones have that say nothing themselves. */
  usual: readonly KindRules[];
}

/** What is drawn, in words: kinds and names are changed here. */
export function ZoneList({ drawing, dispatch, refusal, usual }: Props) {
  const { t } = useSession();
  const { now, chosen } = drawing;
  const isChosen = (of: 'zones' | 'lines', index: number) => chosen?.of === of && chosen.index === index;
  return (
    <div class="zone-list">
      <h2>{t('zones.zones')}</h2>
      {now.zones.length === 0 && <p class="soft">{t('zones.none')}</p>}
      <ul>
        {now.zones.map((zone, index) => (
          <ZoneRow
            key={index}
            zone={zone}
            usual={usual.find(({ kind }) => kind === zone.kind) ?? null}
            isChosen={isChosen('zones', index)}
            refusal={isAt(refusal, `zones/${index}`) ? refusal : null}
            onChoose={() => dispatch({ type: 'choose', chosen: { of: 'zones', index } })}
            onChange={(next) => dispatch({ type: 'set', drawn: withZone(now, index, next) })}
            onType={(id) => dispatch({ type: 'move', drawn: withZone(now, index, renamed(zone, id)) })}
            onTyped={() => dispatch({ type: 'moved' })}
            onRemove={() =>
              dispatch({ type: 'set', drawn: without(now, { of: 'zones', index }), chosen: null })
            }
          />
        ))}
      </ul>
      <h2>{t('zones.lines')}</h2>
      {now.lines.length === 0 && <p class="soft">{t('zones.lines.none')}</p>}
      <ul>
        {now.lines.map((line, index) => (
          <li key={index} class={`drawn-row ${isChosen('lines', index) ? 'chosen' : ''}`}>
            <Name
              id={line.id}
              label={t('zones.name')}
              onFocus={() => dispatch({ type: 'choose', chosen: { of: 'lines', index } })}
              onType={(id) => dispatch({ type: 'move', drawn: withLine(now, index, { ...line, id }) })}
              onTyped={() => dispatch({ type: 'moved' })}
            />
            <select
              aria-label={t('zones.direction')}
              value={line.direction}
              onChange={(event) => {
                const direction = DIRECTIONS.find((name) => name === event.currentTarget.value) ?? 'both';
                dispatch({ type: 'set', drawn: withLine(now, index, { ...line, direction }) });
              }}
            >
              {DIRECTIONS.map((direction) => (
                <option key={direction} value={direction}>
                  {t(`zones.direction.${direction}`)}
                </option>
              ))}
            </select>
            <button
              type="button"
              class="quiet-button"
              onClick={() =>
                dispatch({
                  type: 'set',
                  drawn: withLine(now, index, { ...line, from: line.to, to: line.from }),
                })
              }
            >
              {t('zones.turn')}
            </button>
            <Remove
              id={line.id}
              onRemove={() =>
                dispatch({ type: 'set', drawn: without(now, { of: 'lines', index }), chosen: null })
              }
            />
            {isAt(refusal, `lines/${index}`) && <small class="wrong">{refusal?.detail}</small>}
          </li>
        ))}
      </ul>
      <MaskList drawing={drawing} dispatch={dispatch} refusal={refusal} />
    </div>
  );
}

interface RowProps {
  zone: ZoneKeys;
  usual: KindRules | null;
  isChosen: boolean;
  refusal: Refusal | null;
  onChoose: () => void;
  onChange: (zone: ZoneKeys) => void;
  onType: (id: string) => void;
  onTyped: () => void;
  onRemove: () => void;
}

function ZoneRow(props: RowProps) {
  const { zone, usual, isChosen, refusal, onChoose, onChange, onType, onTyped, onRemove } = props;
  const { t } = useSession();
  const fault = faultOfZone(zone);
  return (
    <li class={`drawn-row ${isChosen ? 'chosen' : ''}`} data-zone={zone.id}>
      <span class={`swatch swatch-${zone.kind}`} aria-hidden="true" />
      <Name id={zone.id} label={t('zones.name')} onFocus={onChoose} onType={onType} onTyped={onTyped} />
      <select
        aria-label={t('zones.kind')}
        value={zone.kind}
        onChange={(event) => {
          const kind = KINDS.find((name) => name === event.currentTarget.value) ?? zone.kind;
          onChange({ ...zone, kind, rules: ofKind(zone.rules, kind) });
        }}
      >
        {KINDS.map((kind) => (
          <option key={kind} value={kind}>
            {t(`zones.kind.${kind}`)}
          </option>
        ))}
      </select>
      <Remove id={zone.id} onRemove={onRemove} />
      {fault && (
        <small class="wrong" role="alert">
          {t(`zones.fault.${fault}`)}
        </small>
      )}
      {refusal && <small class="wrong">{refusal.detail}</small>}
      {usual && (
        <ZoneRules
          zone={zone.id}
          kind={zone.kind}
          rules={zone.rules}
          usual={usual}
          onChange={(rules) => onChange({ ...zone, rules })}
        />
      )}
    </li>
  );
}
