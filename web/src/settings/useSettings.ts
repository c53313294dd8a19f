import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { ApiError } from '../api/client';
import { getSettings } from '../api/settings';
import type { Settings } from '../api/types';

/** A change by hand to the file shows up this soon. */
const LOOK_MS = 3_000;

/** What was not saved, and where it was said to be wrong; `field` has slashes between its parts. */
export interface Refusal {
  field: string | null;
  detail: string;
  /** Somebody else was first. */
  isConflict: boolean;
}

export function refusalOf(error: unknown): Refusal {
  if (!(error instanceof ApiError)) return { field: null, detail: String(error), isConflict: false };
  return { field: error.field, detail: error.message, isConflict: error.status === 409 };
}

export interface Known {
  settings: Settings | null;
  failure: string | null;
  /** What a change answered with. */
  take: (settings: Settings) => void;
  load: () => void;
}

/** The settings, asked for again and again. */
export function useSettings(): Known {
  const [settings, setSettings] = useState<Settings | null>(null);
  const [failure, setFailure] = useState<string | null>(null);
  const [round, setRound] = useState(0);
  const latest = useRef<string | null>(null);
  const take = useCallback((next: Settings) => {
    setFailure(null);
    // The same again would render everything for nothing.
    const text = JSON.stringify(next);
    if (text !== latest.current) setSettings(next);
    latest.current = text;
  }, []);
  useEffect(() => {
    const abort = new AbortController();
    const ask = () => {
      getSettings(abort.signal).then(take, (error: unknown) => {
        if (!abort.signal.aborted) setFailure(error instanceof Error ? error.message : String(error));
      });
    };
    ask();
    const timer = setInterval(ask, LOOK_MS);
    return () => {
      clearInterval(timer);
      abort.abort();
    };
  }, [take, round]);
  return { settings, failure, take, load: useCallback(() => setRound((n) => n + 1), []) };
}

export interface Draft<T> {
  value: T;
  change: (value: T) => void;
  isChanged: boolean;
  /** The file has changed since this draft was begun. */
  isOvertaken: boolean;
  /** Begins anew from what stands in the file. */
  reset: () => void;
  /** How often it began anew. */
  beginnings: number;
  /** Saves; `send` is given the version that the draft was begun from. */
  save: (send: (version: string) => Promise<Settings>) => Promise<boolean>;
  isSaving: boolean;
  refusal: Refusal | null;
  /** What stands in the file was saved here. */
  isSaved: boolean;
}

/** A part of the settings while it is changed. Unless something was changed it follows the file. */
export function useDraft<T>(settings: Settings, known: Known, of: (settings: Settings) => T): Draft<T> {
  const [base, setBase] = useState(settings);
  const [value, setValue] = useState<T>(() => of(settings));
  const [beginnings, setBeginnings] = useState(0);
  const [isSaving, setSaving] = useState(false);
  const [isSaved, setSaved] = useState(false);
  const [refusal, setRefusal] = useState<Refusal | null>(null);
  const isChanged = JSON.stringify(value) !== JSON.stringify(of(base));
  const isOvertaken =
    settings.version !== base.version && JSON.stringify(of(settings)) !== JSON.stringify(of(base));

  const begin = useCallback(
    (from: Settings) => {
      setBase(from);
      setValue(of(from));
      setBeginnings((n) => n + 1);
      setRefusal(null);
      setSaved(false);
    },
    [of],
  );
  useEffect(() => {
    if (settings.version === base.version || isSaving) return;
    // Elsewhere in the file: what is drafted here is not touched by it.
    if (!isOvertaken) setBase(settings);
    else if (!isChanged) begin(settings);
  }, [settings, base, isSaving, isOvertaken, isChanged, begin]);

  const save = async (send: (version: string) => Promise<Settings>) => {
    setSaving(true);
    setRefusal(null);
    try {
      const next = await send(base.version);
      known.take(next);
      begin(next);
      setSaved(true);
      return true;
    } catch (error) {
      setRefusal(refusalOf(error));
      known.load();
      return false;
    } finally {
      setSaving(false);
    }
  };
  return {
    value,
    change: setValue,
    isChanged,
    isOvertaken: isOvertaken && isChanged,
    reset: () => begin(settings),
    beginnings,
    save,
    isSaving,
    refusal,
    isSaved,
  };
}
