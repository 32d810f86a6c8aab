import type { BufferError, NewRecord } from '../contract.ts';
import { MOMENTS } from '../moments.ts';
import type { Placed } from './kafka-client.ts';
import { KafkaFailure, toBufferError } from './kafka-failure.ts';

/** One `append` that is not answered yet. */
interface Call {
  readonly resolve: (offset: number) => void;
  readonly reject: (error: BufferError) => void;
  firstOffset: number | undefined;
  recordsLeft: number;
  isSettled: boolean;
}

interface Entry {
  readonly call: Call;
  readonly record: NewRecord;
  readonly bytes: number;
}

export interface AppendQueueSettings {
  readonly name: string;
  readonly batchBytesMax: number;
  readonly produce: (records: readonly NewRecord[]) => Promise<readonly Placed[]>;
}

/**
 * Sends the records of one partition in order, one batch at a time. What arrives while a batch is
 * under way shares the next one. Its owner bounds the bytes that wait.
 */
export class AppendQueue {
  readonly #settings: AppendQueueSettings;
  #entries: Entry[] = [];
  #isSending = false;

  constructor(settings: AppendQueueSettings) {
    this.#settings = settings;
  }

  push(
    records: readonly NewRecord[],
    answer: Pick<Call, 'resolve' | 'reject'> & { readonly bytesOf: (record: NewRecord) => number },
  ): void {
    const { resolve, reject, bytesOf } = answer;
    const call: Call = {
      resolve,
      reject,
      firstOffset: undefined,
      recordsLeft: records.length,
      isSettled: false,
    };
    for (const record of records) this.#entries.push({ call, record, bytes: bytesOf(record) });
    if (!this.#isSending) void this.#sendAll();
  }

  async #sendAll(): Promise<void> {
    this.#isSending = true;
    while (this.#entries.length > 0) await this.#send(this.#takeBatch());
    this.#isSending = false;
  }

  #takeBatch(): readonly Entry[] {
    let bytes = 0;
    let count = 0;
    for (const entry of this.#entries) {
      if (count > 0 && bytes + entry.bytes > this.#settings.batchBytesMax) break;
      bytes += entry.bytes;
      count += 1;
    }
    const batch = this.#entries.slice(0, count);
    this.#entries = this.#entries.slice(count);
    // What follows a refused record of the same call is not sent.
    return batch.filter(({ call }) => !call.isSettled);
  }

  async #send(batch: readonly Entry[]): Promise<void> {
    if (batch.length === 0) return;
    const placed = await this.#produce(batch);
    if (placed.some((at) => typeof at === 'number')) MOMENTS.synced.publish(this.#settings.name);
    const tooLarge: Entry[] = [];
    for (const [index, entry] of batch.entries()) {
      const at = placed[index] ?? new KafkaFailure('UNKNOWN', 'nothing was said of the record');
      if (typeof at === 'number') {
        answerOne(entry.call, at);
        continue;
      }
      const failure = toBufferError(at, `appending to ${this.#settings.name}`);
      if (failure.code === 'RECORD_TOO_LARGE' && batch.length > 1) tooLarge.push(entry);
      else refuse(entry.call, failure);
    }
    if (tooLarge.length > 0) await this.#sendHalves(tooLarge);
  }

  async #produce(batch: readonly Entry[]): Promise<readonly Placed[]> {
    try {
      return await this.#settings.produce(batch.map(({ record }) => record));
    } catch (error) {
      const failure = KafkaFailure.from(error);
      return batch.map(() => failure);
    }
  }

  /** The broker's limit is of batches: the records that are too large are found by halves. */
  async #sendHalves(batch: readonly Entry[]): Promise<void> {
    const middle = Math.ceil(batch.length / 2);
    await this.#send(batch.slice(0, middle));
    await this.#send(batch.slice(middle).filter(({ call }) => !call.isSettled));
  }
}

function answerOne(call: Call, offset: number): void {
  call.firstOffset ??= offset;
  call.recordsLeft -= 1;
  if (call.recordsLeft > 0 || call.isSettled) return;
  call.isSettled = true;
  call.resolve(call.firstOffset);
}

function refuse(call: Call, error: BufferError): void {
  if (call.isSettled) return;
  call.isSettled = true;
  call.reject(error);
}
