import type { PointState } from './point-state.ts';

interface Stream {
  readonly state: PointState;
  /** When its last point came. */
  readonly seenUnixMs: number;
}

export interface StreamTableOptions {
  readonly streamsMax: number;
  /** Milliseconds; 0 is for ever. */
  readonly stalenessMs: number;
}

/**
 * The last point of every series. What a batch changes is kept apart until it is committed: a batch
 * that the next step refused is taken back, so that its next try finds what the first found.
 */
export class StreamTable {
  readonly #options: StreamTableOptions;
  /** In the order of their last points; at most `streamsMax`. */
  readonly #streams: Map<string, Stream> = new Map();
  /** Of the open batch: what was there before. */
  readonly #before: Map<string, Stream | undefined> = new Map();

  constructor(options: StreamTableOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#streams.size;
  }

  find(key: string): PointState | undefined {
    return this.#streams.get(key)?.state;
  }

  set(key: string, state: PointState, seenUnixMs: number): void {
    this.#remember(key);
    // Behind all others.
    this.#streams.delete(key);
    this.#streams.set(key, { state, seenUnixMs });
  }

  /** Forgets what is stale or too much; returns how many were too much. */
  shrink(nowUnixMs: number): number {
    const { streamsMax, stalenessMs } = this.#options;
    let evicted = 0;
    for (const [key, { seenUnixMs }] of this.#streams) {
      const isStale = stalenessMs > 0 && seenUnixMs < nowUnixMs - stalenessMs;
      const isTooMuch = this.#streams.size > streamsMax;
      if (!isStale && !isTooMuch) break;
      if (!isStale) evicted += 1;
      this.#remember(key);
      this.#streams.delete(key);
    }
    return evicted;
  }

  commit(): void {
    this.#before.clear();
  }

  rollback(): void {
    for (const [key, stream] of this.#before) {
      if (stream === undefined) this.#streams.delete(key);
      else this.#streams.set(key, stream);
    }
    this.#before.clear();
  }

  #remember(key: string): void {
    if (!this.#before.has(key)) this.#before.set(key, this.#streams.get(key));
  }
}
