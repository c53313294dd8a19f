import { useCallback, useEffect, useState } from 'preact/hooks';
import { formatRoute, parseRoute, type Route } from './route';

/** Shows something else. `replace`: the way back leads past what is shown now. */
export type Go = (route: Route, replace?: boolean) => void;

/** What the address asks for, and how to ask for something else. */
export function useRoute(): [Route, Go] {
  const [route, setRoute] = useState(() => parseRoute(location.hash));
  useEffect(() => {
    const read = () => setRoute(parseRoute(location.hash));
    addEventListener('popstate', read);
    return () => removeEventListener('popstate', read);
  }, []);
  const go = useCallback((next: Route, replace = false) => {
    const address = formatRoute(next);
    if (address !== location.hash) {
      if (replace) history.replaceState(null, '', address);
      else history.pushState(null, '', address);
    }
    setRoute(next);
  }, []);
  return [route, go];
}
