import { millis, offsetMinutes } from '../time';

/** The appliance's clock as its heartbeats tell it, running on between them. */
export class ApplianceClock {
  #at: { ms: number; offset: number; heardMs: number } | null = null;

  /** `heardMs` is this browser's monotonic time (`performance.now()`). */
  sync(at: string, heardMs: number): void {
    const offset = offsetMinutes(at);
    if (offset !== null) this.#at = { ms: millis(at), offset, heardMs };
  }

  /** Milliseconds since 1970 on the appliance, or null before it has spoken. */
  nowMs(monotonicMs: number): number | null {
    return this.#at && this.#at.ms + Math.max(0, monotonicMs - this.#at.heardMs);
  }

  /** Minutes east of UTC of the office. */
  get offset(): number {
    return this.#at?.offset ?? 0;
  }
}

/** A silent server is called lost after this long: three heartbeats. */
export const LOST_AFTER_MS = 6_000;

export const isLost = (lastHeardMs: number, monotonicMs: number): boolean =>
  monotonicMs - lastHeardMs > LOST_AFTER_MS;
