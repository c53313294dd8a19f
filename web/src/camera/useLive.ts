import { useEffect, useReducer, useState, type MutableRef } from 'preact/hooks';
import { isRefused, reduceLive, retryMs, UNBEGUN, type Live } from './live';
import { Player } from './player';

/**
 * Shows live video from an address of the appliance in the element while `isWanted`, and connects again where it breaks off.
 * `player` is null while there is no connection.
 */
export function useLive(
  video: MutableRef<HTMLVideoElement | null>,
  address: string,
  isWanted: boolean,
): { live: Live; player: Player | null } {
  const [live, dispatch] = useReducer(reduceLive, UNBEGUN);
  const [player, setPlayer] = useState<Player | null>(null);
  const [turn, nextTurn] = useReducer((n: number) => n + 1, 0);
  const isBroken = live.failures > 0 || isRefused(live);

  useEffect(() => {
    const element = video.current;
    if (!isWanted || !element) return undefined;
    const connection = new Player(element, address, (event) => {
      if (event.type === 'broken' || event.type === 'unplayable' || event.type === 'masked') setPlayer(null);
      dispatch(event);
    });
    setPlayer(connection);
    return () => {
      connection.close();
      setPlayer(null);
    };
  }, [video, address, isWanted, turn]);

  const waitMs = isBroken && player === null ? retryMs(live) : null;
  useEffect(() => {
    if (!isWanted || waitMs === null) return undefined;
    const timer = setTimeout(() => nextTurn(undefined), waitMs);
    return () => clearTimeout(timer);
  }, [isWanted, waitMs, live]);
  return { live, player };
}
