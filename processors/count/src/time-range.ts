/** The earliest and the latest of times that are there; 0 is none. */
export class TimeRange {
  #first = 0n;
  #last = 0n;

  /** Takes element `index` of a column of times: two words each, the low one first. */
  add(times: Int32Array, index: number): void {
    const low = times[index * 2] ?? 0;
    const high = times[index * 2 + 1] ?? 0;
    if (low === 0 && high === 0) return;
    const time = (BigInt(high >>> 0) << 32n) | BigInt(low >>> 0);
    if (this.#first === 0n || time < this.#first) this.#first = time;
    if (time > this.#last) this.#last = time;
  }

  /** `receivedUnixMs` stands for both where no time was there. */
  bounds(receivedUnixMs: number): { readonly first: bigint; readonly last: bigint } {
    if (this.#first !== 0n) return { first: this.#first, last: this.#last };
    const received = BigInt(Math.trunc(receivedUnixMs)) * 1_000_000n;
    return { first: received, last: received };
  }
}
