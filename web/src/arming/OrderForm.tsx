import { useState } from 'preact/hooks';
import { ApiError, giveOrder } from '../api/client';
import type { Camera } from '../api/types';
import { MomentField } from '../moment/MomentField';
import { useSession } from '../session/session';
import { useNow } from '../stream/appliance';
import { localTime, newDraft, wantedOf, wrongField, type Draft, type Field } from './order';

interface Props {
  cameras: readonly Camera[];
  /** Then disarming is what somebody comes for. */
  isArmed: boolean;
  onOrdered: () => void;
}

/** Arms or disarms by hand, until a time and for a reason. */
export function OrderForm({ cameras, isArmed, onOrdered }: Props) {
  const { t } = useSession();
  const { nowMs, offset } = useNow(30_000);
  const start = () => newDraft(isArmed ? 'disarm' : 'arm', nowMs ?? 0, offset);
  const [draft, setDraft] = useState<Draft>(start);
  const [wrong, setWrong] = useState<Field | null>(null);
  const [told, setTold] = useState<{ words: string; isFailure: boolean } | null>(null);
  const change = (part: Partial<Draft>) => setDraft((old) => ({ ...old, ...part }));

  const order = () => {
    const mistake = wrongField(draft, localTime(nowMs ?? 0, offset));
    setWrong(mistake);
    setTold(null);
    if (mistake) return;
    giveOrder(wantedOf(draft, offset)).then(
      () => {
        setTold({ words: t('arming.ordered'), isFailure: false });
        setDraft(start);
        onOrdered();
      },
      (error: unknown) => {
        const field = error instanceof ApiError ? error.field : null;
        if (field === 'until' || field === 'reason') setWrong(field);
        else setTold({ words: t('plates.failed', { detail: String(error) }), isFailure: true });
      },
    );
  };
  const act = (name: Draft['act']) => (
    <label class={`kind ${draft.act === name ? 'chosen' : ''}`}>
      <input type="radio" name="act" checked={draft.act === name} onChange={() => change({ act: name })} />
      {t(`arming.act.${name}`)}
    </label>
  );
  const said = (field: Field) => wrong === field && <small class="wrong">{t(`arming.wrong.${field}`)}</small>;
  return (
    <form
      class="order-form"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        order();
      }}
    >
      <fieldset class="kinds">
        <legend>{t('arming.by_hand')}</legend>
        {act('disarm')}
        {act('arm')}
      </fieldset>
      <label class="field">
        <span>{t('arming.scope')}</span>
        <select
          name="camera"
          value={draft.camera}
          onChange={(event) => change({ camera: event.currentTarget.value })}
        >
          <option value="">{t('arming.everything')}</option>
          {cameras.map(({ id, name }) => (
            <option key={id} value={id}>
              {name}
            </option>
          ))}
        </select>
      </label>
      <MomentField
        label={t('arming.end')}
        kind="minute"
        name="until"
        value={draft.until}
        isWrong={wrong === 'until'}
        onChange={(until) => change({ until })}
      >
        {said('until')}
      </MomentField>
      <label class="field">
        <span>{t('arming.reason')}</span>
        <input
          name="reason"
          value={draft.reason}
          autoComplete="off"
          aria-invalid={wrong === 'reason'}
          onInput={(event) => change({ reason: event.currentTarget.value })}
        />
        {said('reason')}
      </label>
      <div class="form-tools">
        <button type="submit" class="tool go">
          {t(`arming.do.${draft.act}`)}
        </button>
        <span role="status" class={told?.isFailure ? 'wrong' : 'told'}>
          {told?.words}
        </span>
      </div>
    </form>
  );
}
