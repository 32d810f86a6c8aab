import { HEADERS, KafkaBuffer, type PartitionReader } from '@sonde/buffer';
import { type Signal, scanRequest } from '@sonde/proto';

const READ = { bytesMax: 16 << 20, recordsMax: 1000, waitMs: 1000 } as const;
const PARTITIONS = 4;
const WAIT_MS = 600_000;

/** The number that `otlp-sender.ts` gives each request is what its message ends with. */
const NUMBER_BYTES = 8;

/**
 * Counts what arrives in a topic: only what the brokers have is measured. Messages of Sonde are told
 * apart by their content: one that comes twice is a fault. The Collector decodes and writes anew, and
 * may send a message again that was not answered in time.
 */
export class TopicItems {
  items = 0;
  readonly #topic: string;
  readonly #seen: Set<bigint> = new Set();
  #repeated = 0;
  readonly #signal: Signal;
  readonly #buffer: KafkaBuffer;
  readonly #readers: readonly PartitionReader[];
  readonly #next: number[];

  private constructor(
    { topic, signal }: { readonly topic: string; readonly signal: Signal },
    buffer: KafkaBuffer,
    readers: readonly PartitionReader[],
  ) {
    this.#topic = topic;
    this.#signal = signal;
    this.#buffer = buffer;
    this.#readers = readers;
    this.#next = readers.map(() => 0);
  }

  /** Makes the topic. */
  static async open(
    brokers: readonly string[],
    topic: string,
    signal: Signal,
  ): Promise<TopicItems> {
    const buffer = await KafkaBuffer.open({ brokers });
    await buffer.createTopic(topic, { partitions: PARTITIONS });
    const readers = await Promise.all(
      Array.from({ length: PARTITIONS }, (_, partition) =>
        buffer.openReader('bench', topic, partition),
      ),
    );
    return new TopicItems({ topic, signal }, buffer, readers);
  }

  /** Resolves when so many items came in since it was opened. */
  async until(items: number): Promise<void> {
    const deadline = Date.now() + WAIT_MS;
    while (this.items < items) {
      if (Date.now() > deadline) throw new Error(`${this.items} of ${items} items in the topic`);
      await Promise.all(this.#readers.map((reader, partition) => this.#read(reader, partition)));
    }
    if (this.#repeated > 0) throw new Error(`${this.#repeated} messages of ${this.#topic} twice`);
    if (this.items > items) {
      console.log(`${this.#topic}: ${this.items - items} items were sent again`);
      this.items = items;
    }
  }

  close(): Promise<void> {
    return this.#buffer.close();
  }

  #note(value: Uint8Array): void {
    const view = Buffer.from(value.buffer, value.byteOffset, value.byteLength);
    const number = view.readBigUInt64LE(value.length - NUMBER_BYTES);
    if (this.#seen.has(number)) this.#repeated += 1;
    this.#seen.add(number);
  }

  async #read(reader: PartitionReader, partition: number): Promise<void> {
    const from = this.#next[partition] ?? 0;
    for (const { offset, headers, value } of await reader.read(from, READ)) {
      const told = headers[HEADERS.items];
      if (told !== undefined) this.#note(value);
      this.items += told === undefined ? scanRequest(this.#signal, value) : Number(told);
      this.#next[partition] = offset + 1;
    }
  }
}
