import { createContext } from 'preact';
import { useCallback, useContext, useEffect, useMemo, useState } from 'preact/hooks';
import type { Me, Status } from '../api/types';
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

/** The guard's own choice of language, else the appliance's, else Vietnamese. */
export function useNewSession(status: Status | null, me: Me | null): Session {
  const [chosen, setChosen] = useState<Language | null>(remembered);
  const language = chosen ?? status?.language ?? 'vi';
  const setLanguage = useCallback((next: Language) => {
    remember('language', next);
    setChosen(next);
  }, []);
  useEffect(() => {
    document.documentElement.lang = language;
  }, [language]);
  return useMemo(() => ({ ...speech(language), me, setLanguage }), [language, me, setLanguage]);
}
