import { createContext } from 'preact';
import { useCallback, useContext, useEffect, useMemo, useState } from 'preact/hooks';
import { changeLanguage } from '../api/client';
import type { Me } from '../api/types';
import { speech, type Speech } from '../i18n';
import type { Language } from '../time';
import { recall, remember } from './memory';

export interface Session extends Speech {
  /** Who is signed in; null before that is known. */
  me: Me | null;
  setLanguage: (language: Language) => void;
}

const SessionContext = createContext<Session>({ ...speech('vi'), me: null, setLanguage: () => undefined });
export const SessionProvider = SessionContext.Provider;
export const useSession = (): Session => useContext(SessionContext);

const remembered = (): Language | null => {
  const language = recall('language');
  return language === 'vi' || language === 'en' ? language : null;
};

/**
 * What somebody chooses now, else what their account has, else what was chosen in this browser before, else the
 * appliance's, else Vietnamese. Who is signed in chooses for their account as well.
 */
export function useNewSession(appliance: { language: Language } | null, me: Me | null): Session {
  const [chosen, setChosen] = useState<Language | null>(null);
  const language = chosen ?? me?.language ?? remembered() ?? appliance?.language ?? 'vi';
  const isSignedIn = me !== null;
  const setLanguage = useCallback(
    (next: Language) => {
      remember('language', next);
      setChosen(next);
      // What the account does not learn, this browser still knows.
      if (isSignedIn) void changeLanguage(next).catch(() => undefined);
    },
    [isSignedIn],
  );
  useEffect(() => {
    document.documentElement.lang = language;
  }, [language]);
  return useMemo(() => ({ ...speech(language), me, setLanguage }), [language, me, setLanguage]);
}
