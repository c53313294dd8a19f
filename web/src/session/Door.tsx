import { useCallback, useEffect, useState } from 'preact/hooks';
import { getMe, getSetup, onUnauthorized, signOut } from '../api/client';
import type { Me, Setup } from '../api/types';
import { App } from '../app';
import { FactorForm } from '../account/FactorForm';
import { DoorFrame } from './DoorFrame';
import { SetUp } from './SetUp';
import { SignIn } from './SignIn';
import { SessionProvider, useNewSession } from './session';
import { useSound } from './sound';

type Standing = 'asking' | 'set_up' | 'out' | Me;

const RETRY_MS = 3_000;

/** Who is signed in sees the page, whoever is not signs in first. The address stays what it is. */
export function Door() {
  const [standing, setStanding] = useState<Standing>('asking');
  const [setup, setSetup] = useState<Setup | null>(null);
  const session = useNewSession(setup, null);
  // Here, so that the click which signs in unlocks the sound as well.
  const sound = useSound();

  useEffect(() => onUnauthorized(() => setStanding((old) => (typeof old === 'object' ? 'out' : old))), []);

  useEffect(() => {
    let retry: ReturnType<typeof setTimeout> | undefined;
    const abort = new AbortController();
    const ask = async () => {
      try {
        const found = await getSetup(abort.signal);
        setSetup(found);
        setStanding(found.needed ? 'set_up' : ((await getMe(abort.signal)) ?? 'out'));
      } catch {
        if (!abort.signal.aborted) retry = setTimeout(() => void ask(), RETRY_MS);
      }
    };
    void ask();
    return () => {
      clearTimeout(retry);
      abort.abort();
    };
  }, []);

  const leave = useCallback((everywhere: boolean) => {
    // Out of reach they stay signed in, and the banner says that it is.
    signOut(everywhere).then(
      () => setStanding('out'),
      () => undefined,
    );
  }, []);

  if (typeof standing === 'object' && !standing.must_enrol)
    return <App me={standing} onMe={setStanding} sound={sound} onSignOut={leave} />;
  return (
    <SessionProvider value={session}>
      <DoorFrame isAsking={standing === 'asking'}>
        {standing === 'set_up' && <SetUp onEntered={setStanding} onLate={() => setStanding('out')} />}
        {standing === 'out' && <SignIn onEntered={setStanding} />}
        {typeof standing === 'object' && (
          <FactorForm me={standing} onMe={setStanding} onCancel={() => leave(false)} />
        )}
      </DoorFrame>
    </SessionProvider>
  );
}
