import { HTTP2_CLOSED_STREAMS_KEPT } from '../limits.ts';

/**
 * How a stream ended, for what still comes of it: `reset` by us, while its client had not ended it,
 * so that the client may have sent more before it knew; `over` for both.
 */
export type Ending = 'over' | 'reset';

/** The streams that closed last, at most `HTTP2_CLOSED_STREAMS_KEPT` of them. */
export class ClosedStreams {
  /** A ring; 0 is no stream. */
  #ids: Int32Array = new Int32Array(0);
  #wasReset: Uint8Array = new Uint8Array(0);
  #next = 0;

  add(streamId: number, ending: Ending): void {
    if (this.#next === this.#ids.length) this.#renew();
    this.#ids[this.#next] = streamId;
    this.#wasReset[this.#next] = ending === 'reset' ? 1 : 0;
    this.#next += 1;
  }

  /** Undefined for a stream that never was, or that closed long ago. */
  endingOf(streamId: number): Ending | undefined {
    const index = this.#ids.indexOf(streamId);
    if (index < 0) return undefined;
    return this.#wasReset[index] === 1 ? 'reset' : 'over';
  }

  /** Its client has ended it too: nothing more may come. */
  endedByPeer(streamId: number): void {
    const index = this.#ids.indexOf(streamId);
    if (index >= 0) this.#wasReset[index] = 0;
  }

  /** Most connections have few streams at a time: the ring grows to its size, and then goes round. */
  #renew(): void {
    const length = this.#ids.length;
    if (length < HTTP2_CLOSED_STREAMS_KEPT) {
      const longer = Math.min(HTTP2_CLOSED_STREAMS_KEPT, Math.max(16, 4 * length));
      const [ids, wasReset] = [this.#ids, this.#wasReset];
      this.#ids = new Int32Array(longer);
      this.#ids.set(ids);
      this.#wasReset = new Uint8Array(longer);
      this.#wasReset.set(wasReset);
    } else this.#next = 0;
  }
}
