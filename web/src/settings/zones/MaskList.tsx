import { useSession } from '../../session/session';
import { isAt } from '../Text';
import type { Refusal } from '../useSettings';
import { without, withMask, type Act, type Drawing } from './drawing';
import { Name, Remove } from './ListParts';
import { faultOfZone } from './shape';

interface Props {
  drawing: Drawing;
  dispatch: (act: Act) => void;
  refusal: Refusal | null;
}

/** Privacy masks in words. */
export function MaskList({ drawing, dispatch, refusal }: Props) {
  const { t } = useSession();
  const { now, chosen } = drawing;
  const of = 'privacy_masks';
  return (
    <>
      <h2>{t('masks.title')}</h2>
      <p class="soft masks-words">{t(now.privacy_masks.length > 0 ? 'masks.words' : 'masks.none')}</p>
      <ul>
        {now.privacy_masks.map((mask, index) => {
          const fault = faultOfZone(mask);
          const isChosen = chosen?.of === of && chosen.index === index;
          return (
            <li key={index} class={`drawn-row ${isChosen ? 'chosen' : ''}`} data-mask={mask.id}>
              <span class="swatch swatch-mask" aria-hidden="true" />
              <Name
                id={mask.id}
                label={t('masks.name')}
                onFocus={() => dispatch({ type: 'choose', chosen: { of, index } })}
                onType={(id) => dispatch({ type: 'move', drawn: withMask(now, index, { ...mask, id }) })}
                onTyped={() => dispatch({ type: 'moved' })}
              />
              <Remove
                id={mask.id}
                onRemove={() => dispatch({ type: 'set', drawn: without(now, { of, index }), chosen: null })}
              />
              {fault && (
                <small class="wrong" role="alert">
                  {t(`zones.fault.${fault}`)}
                </small>
              )}
              {isAt(refusal, `${of}/${index}`) && <small class="wrong">{refusal?.detail}</small>}
            </li>
          );
        })}
      </ul>
    </>
  );
}
