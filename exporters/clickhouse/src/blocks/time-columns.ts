import { acceptedTimes } from '@sonde/pipeline';
import type { Segments } from '@sonde/proto';

/** Numbers of `time_source` in the store's schema. */
export const TimeSource = { sent: 0, received: 1, observed: 2 } as const;

/** When rows are stored, as columns: two words a time, low word first. */
export interface StoredTimes {
  readonly timestamp: Int32Array;
  /** `TimeSource` a row; absent when all rows are stored as sent. */
  readonly source: Uint8Array | undefined;
  /** What was sent, for rows that are stored at the time of receipt, else 0; absent with `source`. */
  readonly sent: Int32Array | undefined;
  /** Rows with a time of their own that the rule did not accept. */
  readonly movedCount: number;
}

export interface SentTimes {
  readonly sent: Int32Array;
  /** Stands in for a time of 0 (a log record's time of observation). */
  readonly observed?: Int32Array;
  /** Ends of the segments' rows: segment i has rows `[rowEnd[i - 1], rowEnd[i])`. */
  readonly rowEnd: Uint32Array;
}

/**
 * Applies the time rule to every row by the time its request was received. Copies the times only
 * when a row is not stored as sent.
 */
export function storedTimes(
  times: SentTimes,
  segments: Segments,
  retentionDays: number,
): StoredTimes {
  const moves = new Moves(times);
  let row = 0;
  for (let i = 0; i < segments.count; i++) {
    const window = wordWindow(segments.receivedUnixMs[i], retentionDays);
    const end = times.rowEnd[i];
    for (; row < end; row++) {
      const high = times.sent[row * 2 + 1];
      if (high > window.fromHigh && high < window.toHigh) continue;
      moves.check(row, window);
    }
  }
  return moves;
}

/** A time window in nanoseconds, as words. Both edges are inside. */
interface WordWindow {
  readonly fromHigh: number;
  readonly fromLow: number;
  readonly toHigh: number;
  readonly toLow: number;
  readonly receivedHigh: number;
  readonly receivedLow: number;
}

const NS_PER_MS = 1_000_000n;

function wordWindow(receivedUnixMs: number, retentionDays: number): WordWindow {
  const { fromUnixMs, toUnixMs } = acceptedTimes(receivedUnixMs, retentionDays);
  const from = BigInt(Math.max(0, Math.floor(fromUnixMs))) * NS_PER_MS;
  const to = BigInt(Math.max(0, Math.floor(toUnixMs))) * NS_PER_MS;
  const received = BigInt(Math.max(0, Math.floor(receivedUnixMs))) * NS_PER_MS;
  return {
    fromHigh: Number(from >> 32n),
    fromLow: Number(from & 0xffff_ffffn),
    toHigh: Number(to >> 32n),
    toLow: Number(to & 0xffff_ffffn),
    receivedHigh: Number(received >> 32n),
    receivedLow: Number(received & 0xffff_ffffn),
  };
}

/** The words as signed: a time over 2^63 ns is negative here and outside of every window. */
function isInside(window: WordWindow, high: number, low: number): boolean {
  const unsignedLow = low >>> 0;
  const late =
    high > window.fromHigh || (high === window.fromHigh && unsignedLow >= window.fromLow);
  const early = high < window.toHigh || (high === window.toHigh && unsignedLow <= window.toLow);
  return late && early;
}

class Moves implements StoredTimes {
  timestamp: Int32Array;
  source: Uint8Array | undefined;
  sent: Int32Array | undefined;
  movedCount = 0;
  readonly #times: SentTimes;

  constructor(times: SentTimes) {
    this.#times = times;
    this.timestamp = times.sent;
  }

  check(row: number, window: WordWindow): void {
    const { sent, observed } = this.#times;
    const low = sent[row * 2];
    const high = sent[row * 2 + 1];
    if (isInside(window, high, low)) return;
    const isUnset = low === 0 && high === 0;
    if (isUnset && observed !== undefined) {
      const observedLow = observed[row * 2];
      const observedHigh = observed[row * 2 + 1];
      if (isInside(window, observedHigh, observedLow)) {
        this.#store(row, { source: TimeSource.observed, low: observedLow, high: observedHigh });
        return;
      }
    }
    const { receivedLow, receivedHigh } = window;
    const saved = this.#store(row, {
      source: TimeSource.received,
      low: receivedLow,
      high: receivedHigh,
    });
    saved[row * 2] = low;
    saved[row * 2 + 1] = high;
    if (!isUnset) this.movedCount++;
  }

  /** Returns the column of sent times. */
  #store(
    row: number,
    time: { readonly source: number; readonly low: number; readonly high: number },
  ): Int32Array {
    if (this.source === undefined || this.sent === undefined) {
      this.timestamp = this.#times.sent.slice();
      this.source = new Uint8Array(this.timestamp.length / 2);
      this.sent = new Int32Array(this.timestamp.length);
    }
    this.timestamp[row * 2] = time.low;
    this.timestamp[row * 2 + 1] = time.high;
    this.source[row] = time.source;
    return this.sent;
  }
}
