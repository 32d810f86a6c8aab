import {
  BATCH_BYTES,
  BATCHES_PER_TURN,
  HURRY_BYTES,
  POLL_BYTES,
  POLL_MS_FEW,
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
 * rest. Looks when `POLL_BYTES` should have come since the last time, after 20 to 40 ms, after 100 ms
 * while none come, and at once while more come than were foreseen: each look costs as much as some
 * requests.
 *
 *   ring (kernel) --drain--> one 1 MiB buffer --onBatch--> counts
 */
export class RingPoller {
  readonly #options: RingPollerOptions;
  readonly #ring: NativeRing;
  readonly #batch: Buffer = Buffer.from(new ArrayBuffer(BATCH_BYTES));
  #timer: NodeJS.Timeout | undefined;
  #waitMs: number = POLL_MS_MIN;
  #lagBytesMax = 0;
  #isClosed = false;

  constructor(options: RingPollerOptions) {
    this.#options = options;
    this.#ring = options.addon.openRing(options.ringFd);
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

  #poll(): void {
    const bytes = this.drain();
    this.#waitMs = nextWaitMs(bytes, this.#waitMs);
    this.#timer = setTimeout(() => this.#poll(), bytes >= HURRY_BYTES ? 0 : this.#waitMs);
  }
}

/** `bytes` came after `waitMs`. */
export function nextWaitMs(bytes: number, waitMs: number): number {
  if (bytes === 0) return Math.min(POLL_MS_MAX, 2 * waitMs);
  const foreseen = (waitMs * POLL_BYTES) / bytes;
  return Math.max(POLL_MS_MIN, Math.min(POLL_MS_FEW, foreseen, 2 * waitMs));
}
