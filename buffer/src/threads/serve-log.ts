import type { MessagePort } from 'node:worker_threads';
import { type Buffer, BufferError, type PartitionReader } from '../contract.ts';
import type { LogAnswer, LogCall, LogQuestion, LogResult } from './log-messages.ts';
import { packRecords } from './pack-records.ts';

/** The part of a buffer that another thread may use. */
export type ServedLog = Pick<Buffer, 'append' | 'createTopic' | 'openReader' | 'partitionCount'>;

/**
 * Answers a `RemoteLog` at the other end of `port`, until that is closed; then its readers are.
 * Returns what ends it: resolves when its readers are closed.
 */
export function serveLog(log: ServedLog, port: MessagePort): () => Promise<void> {
  const session = new LogSession(log, port);
  port.on('message', (question: LogQuestion) => session.take(question));
  const end = (): Promise<void> => {
    port.close();
    return session.end();
  };
  port.once('close', () => void end());
  return end;
}

class LogSession {
  readonly #log: ServedLog;
  readonly #port: MessagePort;
  /** As many as the log lets one group open. */
  readonly #readers: Map<number, PartitionReader> = new Map();
  /** Of reads that wait; one a reader. */
  readonly #waits: Map<number, AbortController> = new Map();
  #lastReader = 0;

  constructor(log: ServedLog, port: MessagePort) {
    this.#log = log;
    this.#port = port;
  }

  take(question: LogQuestion): void {
    if (question.call === 'abort') this.#waits.get(question.id)?.abort();
    else void this.#answer(question);
  }

  async end(): Promise<void> {
    for (const wait of this.#waits.values()) wait.abort();
    const readers = [...this.#readers.values()];
    this.#readers.clear();
    await Promise.all(readers.map((reader) => reader.close()));
  }

  async #answer(question: LogCall & { readonly id: number }): Promise<void> {
    const { id } = question;
    try {
      const result = await this.#run(question);
      this.#send({ id, result });
    } catch (error) {
      const code = error instanceof BufferError ? error.code : undefined;
      const message = error instanceof Error ? error.message : String(error);
      this.#send({ id, error: { code, message } });
    }
  }

  #send(answer: LogAnswer): void {
    const memory = answer.result?.records?.memory;
    this.#port.postMessage(answer, memory === undefined ? [] : [memory]);
  }

  async #run(question: LogCall & { readonly id: number }): Promise<LogResult> {
    switch (question.call) {
      case 'createTopic': {
        const { topic, partitions } = question;
        await this.#log.createTopic(topic, { partitions });
        return { number: this.#log.partitionCount(topic) };
      }
      case 'append': {
        const { topic, partition, records } = question;
        return { number: await this.#log.append(topic, partition, records) };
      }
      case 'openReader':
        return this.#open(await this.#log.openReader(...placeOf(question)));
      case 'read':
        return this.#read(question);
      case 'begin': {
        const reader = this.#reader(question.reader);
        await reader.begin(question.intent);
        return { position: reader.position() };
      }
      case 'commit': {
        const reader = this.#reader(question.reader);
        await reader.commit(question.to, question.next);
        return { position: reader.position() };
      }
      case 'close': {
        const reader = this.#readers.get(question.reader);
        this.#readers.delete(question.reader);
        await reader?.close();
        return {};
      }
    }
  }

  #open(reader: PartitionReader): LogResult {
    this.#lastReader += 1;
    this.#readers.set(this.#lastReader, reader);
    const [position, pending] = [reader.position(), reader.pendingIntent()];
    return { number: this.#lastReader, topicId: reader.topicId, position, pending };
  }

  async #read(question: Extract<LogCall, { call: 'read' }> & { id: number }): Promise<LogResult> {
    const reader = this.#reader(question.reader);
    const wait = new AbortController();
    this.#waits.set(question.id, wait);
    try {
      const options = { ...question.options, signal: wait.signal };
      const records = packRecords(await reader.read(question.from, options));
      return { records, position: reader.position() };
    } finally {
      this.#waits.delete(question.id);
    }
  }

  #reader(number: number): PartitionReader {
    const reader = this.#readers.get(number);
    if (reader === undefined) throw new BufferError('BUFFER_CLOSED', 'the reader is closed');
    return reader;
  }
}

function placeOf({ group, topic, partition }: Extract<LogCall, { call: 'openReader' }>) {
  return [group, topic, partition] as const;
}
