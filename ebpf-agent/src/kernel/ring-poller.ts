import {
  BATCH_BYTES,
  BATCHES_PER_TURN,
  HURRY_BYTES,
  POLL_BYTES,
  POLL_MS_MAX,
  POLL_MS_MIN,
} from '../limits.ts';
import type { NativeAddon, NativeRing } from './native-addon.ts';

export interface RingPollerOptions {
  readonly addon: NativeAddon;
  readonly ringFd: number;
  /** Called with whole records; the memory is the poller's and changes afterwards. */
  readonly onBatch: (batch: Buffer, bytes: number) => void;
  /** After every look at the ring that found something. */
  readonly onTurn: () => void;
}

/**
 * Reads the ring in batches into one buffer: a callback for each record would cost more than all the
 * rest. Looks when `POLL_BYTES` should have come since the last time, after half a second at the latest,
 * and at once while more come than were foreseen: each look costs as much as some requests. A program
 * that wakes it is heeded 20 ms after the last look, or at once if that is longer ago.
 *
 *   ring (kernel) --drain--> one 1 MiB buffer --onBatch--> counts
 *     '--wake-ups: a process began, TLS was found, `POLL_BYTES` were written
 */
export class RingPoller {
  readonly #options: RingPollerOptions;
  readonly #ring: NativeRing;
  readonly #batch: Buffer = Buffer.from(new ArrayBuffer(BATCH_BYTES));
  #timer: NodeJS.Timeout | undefined;
  /** When the ring was looked at last. */
  #lastMs: number = performance.now();
  #lagBytesMax = 0;
  #isClosed = false;

  constructor(options: RingPollerOptions) {
    this.#options = options;
    this.#ring = options.addon.openRing(options.ringFd, () => this.#heed());
  }

  start(): void {
    this.#poll();
  }

  /** Reads what is there now. */
  drain(): number {
    const { addon, onBatch } = this.#options;
    if (this.#isClosed) return 0;
    this.#lagBytesMax = Math.max(this.#lagBytesMax, addon.ringLag(this.#ring));
    let total = 0;
    for (let i = 0; i < BATCHES_PER_TURN; i++) {
      const bytes = addon.drain(this.#ring, this.#batch);
      if (bytes === 0) break;
      onBatch(this.#batch, bytes);
      total += bytes;
      if (bytes < BATCH_BYTES / 2) break;
    }
    if (total > 0) this.#options.onTurn();
    return total;
  }

  /** The most bytes that waited at any look since this was last asked. */
  takeLagBytesMax(): number {
    const lag = this.#lagBytesMax;
    this.#lagBytesMax = 0;
    return lag;
  }

  close(): void {
    if (this.#isClosed) return;
    clearTimeout(this.#timer);
    this.#isClosed = true;
    this.#options.addon.closeRing(this.#ring);
  }

  /** Until the next look nobody is woken again. */
  #heed(): void {
    if (this.#timer === undefined) return;
    const waitMs = this.#lastMs + POLL_MS_MIN - performance.now();
    clearTimeout(this.#timer);
    if (waitMs > 0) this.#timer = setTimeout(() => this.#poll(), waitMs);
    else this.#poll();
  }

  #poll(): void {
    const nowMs = performance.now();
    const passedMs = nowMs - this.#lastMs;
    this.#lastMs = nowMs;
    // Before it is read: a wake-up for what comes meanwhile is told of.
    this.#options.addon.heedRing(this.#ring);
    const bytes = this.drain();
    const waitMs = bytes >= HURRY_BYTES ? 0 : nextWaitMs(bytes, passedMs);
    this.#timer = setTimeout(() => this.#poll(), waitMs);
  }
}

/** `bytes` came in `passedMs`. */
export function nextWaitMs(bytes: number, passedMs: number): number {
  if (bytes === 0) return POLL_MS_MAX;
  return Math.max(POLL_MS_MIN, Math.min(POLL_MS_MAX, (passedMs * POLL_BYTES) / bytes));
}
