import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { getArming, withdrawOrder } from '../api/client';
import type { Arming, ArmingOrder, Camera } from '../api/types';
import { Icon } from '../icons';
import { useSession } from '../session/session';
import { dateTimeOf } from '../time';
import { OrderForm } from './OrderForm';
import './arming.css';

interface Props {
  arming: Arming | null;
  cameras: readonly Camera[];
  onArming: (arming: Arming) => void;
  onClose: () => void;
}

/** What is armed, until when and why; arming and disarming by hand. */
export function ArmingDialog({ arming, cameras, onArming, onClose }: Props) {
  const { t } = useSession();
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  // Where that fails what was known stays; it is asked for every half minute anyway.
  const refresh = useCallback(() => {
    getArming().then(onArming, () => undefined);
  }, [onArming]);
  useEffect(refresh, [refresh]);
  const nameOf = (id: string) => cameras.find((camera) => camera.id === id)?.name ?? id;
  return (
    <dialog ref={dialog} class="arming-dialog" aria-label={t('arming.title')} onClose={onClose}>
      <div class="arming-head">
        <h2>{t('arming.title')}</h2>
        <button type="button" class="tool" onClick={() => dialog.current?.close()}>
          <Icon name="close" /> {t('camera.close')}
        </button>
      </div>
      <div class="arming-body">
        <div>
          <OrderForm cameras={cameras} isArmed={arming?.armed ?? false} onOrdered={refresh} />
          {arming && arming.orders.length > 0 && (
            <section>
              <h3>{t('arming.orders')}</h3>
              <ul class="orders">
                {arming.orders.map((order) => (
                  <Order key={order.id} order={order} nameOf={nameOf} onWithdrawn={refresh} />
                ))}
              </ul>
            </section>
          )}
        </div>
        <section>
          <h3>{t('arming.now')}</h3>
          <ul class="armed-cameras">
            {arming?.cameras.map((camera) => (
              <ArmedCamera key={camera.camera} camera={camera} name={nameOf(camera.camera)} />
            ))}
          </ul>
        </section>
      </div>
    </dialog>
  );
}

function ArmedCamera({ camera, name }: { camera: Arming['cameras'][number]; name: string }) {
  const { say } = useSession();
  return (
    <li class={camera.armed ? 'armed' : 'disarmed'}>
      <Icon name={camera.armed ? 'shield' : 'shieldOff'} />
      <span>
        <strong>{name}</strong>
        <small>{say(camera.reason)}</small>
      </span>
    </li>
  );
}

interface OrderProps {
  order: ArmingOrder;
  nameOf: (camera: string) => string;
  onWithdrawn: () => void;
}

function Order({ order, nameOf, onWithdrawn }: OrderProps) {
  const { t, language } = useSession();
  const [failure, setFailure] = useState<string | null>(null);
  const scope = order.camera ? nameOf(order.camera) : (order.group ?? t('arming.everything'));
  const withdraw = () => {
    withdrawOrder(order.id).then(onWithdrawn, (error: unknown) => {
      setFailure(error instanceof Error ? error.message : String(error));
    });
  };
  return (
    <li>
      <span>
        <strong>
          {t(`arming.act.${order.act}`)}: {scope}
        </strong>
        <small>
          {t('arming.until', { time: dateTimeOf(order.until, language) })} · {order.reason}
        </small>
        {order.given_by && (
          <small>
            {t('arming.given_by', { who: order.given_by, time: dateTimeOf(order.created_at, language) })}
          </small>
        )}
        {failure !== null && (
          <small class="wrong" role="alert">
            {t('plates.failed', { detail: failure })}
          </small>
        )}
      </span>
      <button type="button" class="quiet-button" onClick={withdraw}>
        {t('arming.withdraw')}
      </button>
    </li>
  );
}
