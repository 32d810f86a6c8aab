import type { BufferRecord, ReadOptions } from '../contract.ts';
import type { Fetched } from './kafka-client.ts';

/** Fetched and not handed out; consecutive. At most one fetch. */
export class FetchedAhead {
  #records: readonly BufferRecord[] = [];
  /** The offsets that the records stand for, gaps included. */
  #from = 0;
  #end = 0;

  put(from: number, { records, next }: Fetched): void {
    this.#records = records;
    this.#from = from;
    this.#end = next;
  }

  clear(): void {
    this.#records = [];
  }

  /** What was fetched from `at` on, within the limits; the rest stays for the next read. */
  take(at: number, { bytesMax, recordsMax }: ReadOptions): readonly BufferRecord[] {
    if (at < this.#from || at >= this.#end) this.#records = [];
    const usable = this.#records.filter(({ offset }) => offset >= at);
    let bytes = 0;
    let count = 0;
    for (const { value, key } of usable) {
      bytes += value.length + (key?.length ?? 0);
      if (count > 0 && (bytes > bytesMax || count >= recordsMax)) break;
      count += 1;
    }
    const taken = usable.slice(0, count);
    this.#records = usable.slice(count);
    this.#from = (taken.at(-1)?.offset ?? at - 1) + 1;
    return taken;
  }
}
