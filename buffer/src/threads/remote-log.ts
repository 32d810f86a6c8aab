import type { MessagePort } from 'node:worker_threads';
import {
  BufferError,
  type BufferRecord,
  type Intent,
  type NewRecord,
  type PartitionReader,
  type ReadOptions,
  type TopicOptions,
} from '../contract.ts';
import type { LogAnswer, LogCall, LogQuestion, LogResult } from './log-messages.ts';
import { unpackRecords } from './pack-records.ts';
import type { ServedLog } from './serve-log.ts';

interface Waiting {
  readonly resolve: (result: LogResult) => void;
  readonly reject: (error: Error) => void;
}

/** A log that another thread holds and serves (`serveLog`): the same answers, the same errors. */
export class RemoteLog implements ServedLog {
  readonly #port: MessagePort;
  /** One a reader, and one an append that is not durable yet. */
  readonly #waiting: Map<number, Waiting> = new Map();
  readonly #partitions: Map<string, number> = new Map();
  #lastId = 0;
  #isClosed = false;

  constructor(port: MessagePort) {
    this.#port = port;
    port.on('message', (answer: LogAnswer) => this.#take(answer));
    port.once('close', () => this.close());
  }

  async createTopic(topic: string, { partitions }: TopicOptions): Promise<void> {
    const { number } = await this.call({ call: 'createTopic', topic, partitions });
    this.#partitions.set(topic, known(number));
  }

  /** Of a topic that this thread has created, as it was then. */
  partitionCount(topic: string): number {
    const count = this.#partitions.get(topic);
    if (count === undefined) throw new BufferError('UNKNOWN_TOPIC', `there is no topic ${topic}`);
    return count;
  }

  async append(topic: string, partition: number, records: readonly NewRecord[]): Promise<number> {
    const { number } = await this.call({ call: 'append', topic, partition, records });
    return known(number);
  }

  async openReader(group: string, topic: string, partition: number): Promise<PartitionReader> {
    const opened = await this.call({ call: 'openReader', group, topic, partition });
    return new RemoteReader(this, { topic, partition }, opened);
  }

  /** What is under way rejects with `BUFFER_CLOSED`. Idempotent. */
  close(): void {
    this.#isClosed = true;
    this.#port.close();
    const waiting = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const { reject } of waiting) reject(closed());
  }

  /** One question and its answer; `signal` ends the wait of a read, which is answered all the same. */
  call(call: LogCall, signal?: AbortSignal): Promise<LogResult> {
    if (this.#isClosed) return Promise.reject(closed());
    this.#lastId += 1;
    const id = this.#lastId;
    const abort = (): void => this.#send({ call: 'abort', id });
    const answered = new Promise<LogResult>((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#send({ ...call, id });
      if (signal?.aborted === true) abort();
      signal?.addEventListener('abort', abort, { once: true });
    });
    return answered.finally(() => signal?.removeEventListener('abort', abort));
  }

  #send(question: LogQuestion): void {
    this.#port.postMessage(question);
  }

  #take({ id, result = {}, error }: LogAnswer): void {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (error === undefined) waiting?.resolve(result);
    else if (error.code === undefined) waiting?.reject(new Error(error.message));
    else waiting?.reject(new BufferError(error.code, error.message));
  }
}

class RemoteReader implements PartitionReader {
  readonly topic: string;
  readonly partition: number;
  /** As it was at the opening: that of an embedded log stays. */
  readonly topicId: string | undefined;
  readonly #log: RemoteLog;
  readonly #number: number;
  #position: number;
  #pending: Intent | undefined;

  constructor(
    log: RemoteLog,
    place: { readonly topic: string; readonly partition: number },
    { number, topicId, position, pending }: LogResult,
  ) {
    this.topic = place.topic;
    this.partition = place.partition;
    this.topicId = topicId;
    this.#log = log;
    this.#number = known(number);
    this.#position = known(position);
    this.#pending = pending;
  }

  position(): number {
    return this.#position;
  }

  pendingIntent(): Intent | undefined {
    return this.#pending;
  }

  async read(from: number, options: ReadOptions): Promise<readonly BufferRecord[]> {
    const { signal, ...plain } = options;
    const reader = this.#number;
    const result = await this.#log.call({ call: 'read', reader, from, options: plain }, signal);
    this.#position = known(result.position);
    return result.records === undefined ? [] : unpackRecords(result.records);
  }

  async begin(intent: Intent): Promise<void> {
    await this.#move({ call: 'begin', reader: this.#number, intent });
  }

  async commit(to: number, next?: Intent): Promise<void> {
    await this.#move({ call: 'commit', reader: this.#number, to, next });
  }

  async close(): Promise<void> {
    try {
      await this.#log.call({ call: 'close', reader: this.#number });
    } catch (error) {
      // With the port closed the other side has closed its readers.
      if (!(error instanceof BufferError && error.code === 'BUFFER_CLOSED')) throw error;
    }
  }

  async #move(call: LogCall): Promise<void> {
    const { position } = await this.#log.call(call);
    this.#position = known(position);
    this.#pending = undefined;
  }
}

function closed(): BufferError {
  return new BufferError('BUFFER_CLOSED', 'the log is closed');
}

function known(value: number | undefined): number {
  if (value === undefined) throw new BufferError('BUFFER_IO', 'an answer that lacks its number');
  return value;
}
