// One connection to a camera's live video, and the browser's player for it.
import { pace, parseFragment, parseTold, shownAtMs, trimTo, type LiveEvent, type Mark } from './live';

declare global {
  interface Window {
    /** Safari on phones has only this one. */
    ManagedMediaSource?: typeof MediaSource;
  }
}

const sourceClass = (): typeof MediaSource | undefined =>
  window.ManagedMediaSource ?? (window as Partial<typeof globalThis>).MediaSource;

const typeOf = (codec: string): string => `video/mp4; codecs="${codec}"`;

/** How often it looks whether it has fallen behind. */
const FOLLOW_MS = 200;

export class Player {
  readonly #video: HTMLVideoElement;
  readonly #onEvent: (event: LiveEvent) => void;
  readonly #timer: ReturnType<typeof setInterval>;
  #socket: WebSocket | null = null;
  /** Of the video in memory. */
  #source: string | null = null;
  #buffer: SourceBuffer | null = null;
  /** Not yet in the buffer. */
  #waiting: Uint8Array<ArrayBuffer>[] = [];
  /** The next binary message is a video's beginning. */
  #awaitsInit = false;
  #newest: Mark | null = null;

  /** `onEvent` hears how it goes; after `unplayable`, `masked` or `broken` nothing more comes. */
  constructor(video: HTMLVideoElement, address: string, onEvent: (event: LiveEvent) => void) {
    this.#video = video;
    this.#onEvent = onEvent;
    this.#timer = setInterval(() => this.#follow(), FOLLOW_MS);
    video.addEventListener('error', this.#break);
    const url = new URL(address, location.href);
    url.protocol = url.protocol.replace('http', 'ws');
    this.#socket = new WebSocket(url);
    this.#socket.binaryType = 'arraybuffer';
    this.#socket.onmessage = ({ data }: MessageEvent<string | ArrayBuffer>) => {
      if (typeof data === 'string') this.#hear(data);
      else this.#take(data);
    };
    this.#socket.onclose = this.#break;
  }

  /** When the picture that is shown came from the camera; null before there is one. */
  get shownAtMs(): number | null {
    const hasPicture = this.#video.readyState >= HTMLMediaElement.HAVE_CURRENT_DATA && !this.#video.seeking;
    return this.#newest && hasPicture ? shownAtMs(this.#newest, this.#video.currentTime) : null;
  }

  close(): void {
    clearInterval(this.#timer);
    this.#video.removeEventListener('error', this.#break);
    if (this.#socket) {
      this.#socket.onclose = null;
      this.#socket.onmessage = null;
      this.#socket.close();
      this.#socket = null;
    }
    this.#forget();
  }

  readonly #break = () => this.#end({ type: 'broken' });

  #end(event: LiveEvent): void {
    if (!this.#socket) return;
    this.close();
    this.#onEvent(event);
  }

  #hear(text: string): void {
    const told = parseTold(text);
    if (told?.type === 'start') this.#start(told.codec);
    else if (told?.type === 'masked') this.#end({ type: 'masked' });
    else if (told) this.#onEvent({ type: 'told', state: told.state });
  }

  #start(codec: string): void {
    const Source = sourceClass();
    if (!Source?.isTypeSupported(typeOf(codec))) {
      this.#end({ type: 'unplayable' });
      return;
    }
    this.#forget();
    this.#awaitsInit = true;
    const source = new Source();
    this.#source = URL.createObjectURL(source);
    source.addEventListener(
      'sourceopen',
      () => {
        try {
          this.#buffer = source.addSourceBuffer(typeOf(codec));
        } catch {
          this.#break();
          return;
        }
        this.#buffer.addEventListener('updateend', () => this.#feed());
        this.#feed();
      },
      { once: true },
    );
    // Safari plays such a source only where no other device may take it over.
    this.#video.disableRemotePlayback = true;
    this.#video.src = this.#source;
    this.#play();
    this.#onEvent({ type: 'started' });
  }

  #take(message: ArrayBuffer): void {
    if (this.#awaitsInit) {
      this.#awaitsInit = false;
      this.#waiting.push(new Uint8Array(message));
    } else {
      const fragment = parseFragment(message);
      if (!fragment) return;
      this.#newest = fragment.mark;
      this.#waiting.push(fragment.bytes);
    }
    this.#feed();
  }

  /** Puts what waits into the buffer, and takes out what is old. */
  #feed(): void {
    const buffer = this.#buffer;
    if (!buffer || buffer.updating) return;
    try {
      const startS = buffer.buffered.length > 0 ? buffer.buffered.start(0) : null;
      const trim = startS === null ? null : trimTo(this.#video.currentTime, startS);
      const next = this.#waiting.shift();
      if (next) buffer.appendBuffer(next);
      else if (trim !== null) buffer.remove(0, trim);
    } catch {
      // The buffer is full, or the player has given up: a new connection begins with neither.
      this.#break();
      return;
    }
    this.#follow();
  }

  #follow(): void {
    const { buffered, currentTime, playbackRate } = this.#video;
    const last = buffered.length - 1;
    if (last < 0) return;
    const range = { startS: buffered.start(last), endS: buffered.end(last) };
    const { seekTo, rate } = pace(currentTime, range, playbackRate);
    if (seekTo !== null && !this.#video.seeking) this.#video.currentTime = seekTo;
    if (rate !== playbackRate) this.#video.playbackRate = rate;
    if (this.#video.paused) this.#play();
  }

  #play(): void {
    // A browser that refuses shows the first picture, and soon that it is old.
    this.#video.play().catch(() => undefined);
  }

  #forget(): void {
    this.#buffer = null;
    this.#waiting = [];
    this.#newest = null;
    if (this.#source === null) return;
    URL.revokeObjectURL(this.#source);
    this.#source = null;
    this.#video.removeAttribute('src');
    this.#video.load();
  }
}
