import { useEffect, useState } from 'preact/hooks';
import { newFactor, removeFactor, setFactor } from '../api/client';
import type { Me, NewFactor } from '../api/types';
import { Field, Form, type Explain } from '../session/Form';
import { useSession } from '../session/session';

interface Props {
  me: Me;
  onMe: (me: Me) => void;
  onCancel: () => void;
}

const explain: Explain = (error) => {
  if (error.field === 'password') return { key: 'account.password.wrong', field: 'password' };
  if (error.field === 'code') return { key: 'door.code.wrong', field: 'code' };
  return error.status === 409 ? { key: 'account.factor.needed', field: null } : null;
};

/** Sets up the second factor, or gives it up. */
export function FactorForm(props: Props) {
  return props.me.totp ? <RemoveFactor {...props} /> : <NewFactorForm {...props} />;
}

function RemoveFactor({ onMe, onCancel }: Props) {
  const { t } = useSession();
  const [password, setPassword] = useState('');
  return (
    <Form
      title="account.factor"
      action="account.factor.remove"
      send={async () => onMe(await removeFactor(password))}
      explain={explain}
      onCancel={onCancel}
    >
      {(wrong) => (
        <>
          <p class="soft">{t('account.factor.is_on')}</p>
          <Field
            name="password"
            label="door.password"
            value={password}
            onValue={setPassword}
            wrong={wrong}
            autoComplete="current-password"
            isSecret
            isFirst
          />
        </>
      )}
    </Form>
  );
}

function NewFactorForm({ me, onMe, onCancel }: Props) {
  const { t } = useSession();
  const [factor, setNewFactor] = useState<NewFactor | null>(null);
  const [code, setCode] = useState('');
  const [password, setPassword] = useState('');
  useEffect(() => {
    void newFactor().then(setNewFactor, () => undefined);
  }, []);
  if (!factor) return <p role="status">{t('door.asking')}</p>;
  return (
    <Form
      title="account.factor"
      action="account.factor.set"
      send={async () => onMe(await setFactor(password, factor.secret, code))}
      explain={explain}
      onCancel={onCancel}
    >
      {(wrong) => (
        <>
          {me.must_enrol && <p class="soft">{t('account.factor.needed')}</p>}
          <p class="soft">{t(factor.qr ? 'account.factor.scan' : 'account.factor.words')}</p>
          {factor.qr && (
            <svg
              class="qr"
              role="img"
              aria-label={t('account.factor.qr')}
              viewBox={`0 0 ${factor.qr.size} ${factor.qr.size}`}
              shape-rendering="crispEdges"
            >
              <rect width={factor.qr.size} height={factor.qr.size} fill="#fff" />
              <path d={factor.qr.path} fill="#000" />
            </svg>
          )}
          <p class="secret">{factor.secret.match(/.{1,4}/g)?.join(' ')}</p>
          <a class="quiet-button" href={factor.address}>
            {t('account.factor.open')}
          </a>
          <Field
            name="code"
            label="door.code"
            value={code}
            onValue={setCode}
            wrong={wrong}
            autoComplete="one-time-code"
            isNumber
            isFirst
          />
          <Field
            name="password"
            label="door.password"
            value={password}
            onValue={setPassword}
            wrong={wrong}
            autoComplete="current-password"
            isSecret
          />
        </>
      )}
    </Form>
  );
}
