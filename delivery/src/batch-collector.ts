import type { BufferRecord, PartitionReader } from '@sonde/buffer';
import { type EncodedRequest, MalformedError } from '@sonde/proto';
import type { BatchConfig } from './config.ts';
import type { ReadRequest } from './to-request.ts';

/** How long one read waits for a first record; then the loop looks around and waits again. */
const FIRST_RECORD_WAIT_MS = 10_000;
/** One read: short enough that parsing it does not hold up the event loop. */
const READ_BYTES_MAX: number = 4 * 1024 * 1024;
const READ_RECORDS_MAX = 4096;

/** A record and the request in it; why there is none, where its bytes are nothing to read. */
export interface RequestRecord {
  readonly record: BufferRecord;
  readonly request: EncodedRequest;
  readonly refusal?: MalformedError;
}

/** Consecutive records: all that the log has of `[from, to)`. */
export interface Batch {
  readonly from: number;
  readonly to: number;
  readonly records: readonly RequestRecord[];
}

export interface CollectorSettings {
  readonly reader: PartitionReader;
  readonly toRequest: ReadRequest;
  readonly limits: BatchConfig;
}

/** Gathers records into batches that end at a limit, or `timeout` after their first record. */
export class BatchCollector {
  readonly #settings: CollectorSettings;
  /** Read and in no batch yet; they follow the last batch. At most one read. */
  #ahead: readonly RequestRecord[] = [];
  /** Where the last batch ended. */
  #end = 0;

  constructor(settings: CollectorSettings) {
    this.#settings = settings;
  }

  /** What was read ahead is of offsets that count no more. */
  forget(): void {
    this.#ahead = [];
  }

  /** The next batch from `from` on; undefined when nothing came for a while, or `stop` aborted. */
  async collect(from: number, stop: AbortSignal): Promise<Batch | undefined> {
    const { timeout } = this.#settings.limits;
    // A batch that was given up, or retention, moved the place: what was read belongs to another.
    if (from !== this.#end) this.#ahead = [];
    const records: RequestRecord[] = [];
    const size = { items: 0, bytes: 0 };
    let at = from;
    let untilMs = Number.POSITIVE_INFINITY;
    for (;;) {
      if (this.#ahead.length === 0) {
        const waitMs = Math.min(untilMs - performance.now(), FIRST_RECORD_WAIT_MS);
        this.#ahead = waitMs < 0 ? [] : await this.#read(at, { waitMs, stop });
      }
      if (this.#ahead.length === 0 || stop.aborted) break;
      if (records.length === 0) untilMs = performance.now() + timeout;
      const isFull = this.#take(records, size);
      at = (records.at(-1)?.record.offset ?? at) + 1;
      if (isFull) break;
    }
    if (records.length === 0 || stop.aborted) return undefined;
    this.#end = at;
    return { from, to: at, records };
  }

  /** Moves what fits from `#ahead` to `records`, one record at least; true when a limit is reached. */
  #take(records: RequestRecord[], size: { items: number; bytes: number }): boolean {
    const { items_max: itemsMax, bytes_max: bytesMax } = this.#settings.limits;
    for (const [index, next] of this.#ahead.entries()) {
      const items = size.items + next.request.itemCount;
      const bytes = size.bytes + next.request.bytes.length;
      if (records.length > 0 && (items > itemsMax || bytes > bytesMax)) {
        this.#ahead = this.#ahead.slice(index);
        return true;
      }
      records.push(next);
      size.items = items;
      size.bytes = bytes;
    }
    this.#ahead = [];
    return size.items >= itemsMax || size.bytes >= bytesMax;
  }

  async #read(
    from: number,
    { waitMs, stop }: { readonly waitMs: number; readonly stop: AbortSignal },
  ): Promise<readonly RequestRecord[]> {
    const { reader, toRequest } = this.#settings;
    const limits = { bytesMax: READ_BYTES_MAX, recordsMax: READ_RECORDS_MAX };
    const records = await reader.read(from, { ...limits, waitMs, signal: stop });
    return records.map((record) => readRequest(toRequest, record));
  }
}

/** All that the log still has of `[from, to)`: what an intent promised, whatever the limits are now. */
export async function readRange(
  { reader, toRequest }: Omit<CollectorSettings, 'limits'>,
  { from, to }: { readonly from: number; readonly to: number },
): Promise<Batch> {
  const records: RequestRecord[] = [];
  let at = from;
  while (at < to) {
    const limits = { bytesMax: READ_BYTES_MAX, recordsMax: to - at, waitMs: 0 };
    const some = await reader.read(at, limits);
    for (const record of some) {
      if (record.offset < to) records.push(readRequest(toRequest, record));
    }
    const last = some.at(-1);
    if (last === undefined) break;
    at = last.offset + 1;
  }
  return { from, to, records };
}

function readRequest(toRequest: ReadRequest, record: BufferRecord): RequestRecord {
  try {
    return { record, request: toRequest(record) };
  } catch (error) {
    if (!(error instanceof MalformedError)) throw error;
    const { value: bytes, timestampUnixMs: receivedUnixMs } = record;
    const nothing = { signal: 'logs', bytes, itemCount: 0, tenant: '', receivedUnixMs } as const;
    return { record, request: nothing, refusal: error };
  }
}
