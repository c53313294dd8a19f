/** The speeds at which recordings are played. */
export const SPEEDS = [1, 2, 4, 8, 0.5] as const;

/**
 * Which moment is watched, for all cameras alike: a clock that runs while nobody holds it. Whoever has no picture yet holds
 * it, so that the cameras stay in step. Times of this browser (`nowMs`) are from `performance.now()`.
 */
export class Playhead {
  isPlaying = false;
  speed = 1;
  private readonly holders = new Set<string>();

  constructor(
    private atMs: number,
    private sinceMs = 0,
  ) {}

  /** The moment that is watched, in ms since 1970. */
  at(nowMs: number): number {
    return this.runs() ? this.atMs + Math.max(0, nowMs - this.sinceMs) * this.speed : this.atMs;
  }

  /** Whether it goes on by itself now. */
  runs(): boolean {
    return this.isPlaying && this.holders.size === 0;
  }

  seek(atMs: number, nowMs: number): void {
    this.atMs = atMs;
    this.sinceMs = nowMs;
  }

  play(isPlaying: boolean, nowMs: number): void {
    this.settle(nowMs);
    this.isPlaying = isPlaying;
  }

  setSpeed(speed: number, nowMs: number): void {
    this.settle(nowMs);
    this.speed = speed;
  }

  /** Somebody waits for a picture, or no longer. */
  hold(holder: string, isHeld: boolean, nowMs: number): void {
    if (this.holders.has(holder) === isHeld) return;
    this.settle(nowMs);
    if (isHeld) this.holders.add(holder);
    else this.holders.delete(holder);
  }

  private settle(nowMs: number): void {
    this.seek(this.at(nowMs), nowMs);
  }
}
