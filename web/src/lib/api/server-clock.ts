/** Browsers and servers that agree within it are left alone: `Date` headers tell whole seconds. */
const AGREE_MS = 2000;
const HEADER_STEP_MS = 1000;

/**
 * The server's clock, as its answers tell it. Relative ranges and ages go by it: what is stored
 * carries the server's time, and the clock of a browser may be hours off.
 */
export class ServerClock {
  #aheadMs = 0;
  #moved: () => void = () => undefined;

  /** Milliseconds since the epoch by the server; until its first answer by this browser. */
  now(): number {
    return Date.now() + this.#aheadMs;
  }

  /** What to do when it turns out to be another time than was thought: ask again. */
  whenMoved(act: () => void): void {
    this.#moved = act;
  }

  /** The `Date` header of an answer, and when the request was sent, by `Date.now()`. */
  heard(header: string | null, sentMs: number): void {
    const headerMs = Date.parse(header ?? '');
    if (Number.isNaN(headerMs)) return;
    const receivedMs = Date.now();
    const aheadMs = headerMs + HEADER_STEP_MS / 2 - receivedMs;
    const unsureMs = HEADER_STEP_MS + AGREE_MS + Math.max(0, receivedMs - sentMs);
    if (Math.abs(aheadMs - this.#aheadMs) <= unsureMs) return;
    this.#aheadMs = Math.abs(aheadMs) <= unsureMs ? 0 : aheadMs;
    this.#moved();
  }
}

export const serverClock: ServerClock = new ServerClock();

/** Milliseconds since the epoch by the server's clock. */
export function serverNow(): number {
  return serverClock.now();
}
