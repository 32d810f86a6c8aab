import { HEADERS, KafkaBuffer, type PartitionReader } from '@sonde/buffer';
import { type Signal, scanRequest } from '@sonde/proto';

const READ = { bytesMax: 16 << 20, recordsMax: 1000, waitMs: 1000 } as const;
const PARTITIONS = 4;
const WAIT_MS = 600_000;

/** Counts what arrives in a topic: only what the brokers have is measured. */
export class TopicItems {
  items = 0;
  readonly #signal: Signal;
  readonly #buffer: KafkaBuffer;
  readonly #readers: readonly PartitionReader[];
  readonly #next: number[];

  private constructor(signal: Signal, buffer: KafkaBuffer, readers: readonly PartitionReader[]) {
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
    return new TopicItems(signal, buffer, readers);
  }

  /** Resolves when so many items came in since it was opened. */
  async until(items: number): Promise<void> {
    const deadline = Date.now() + WAIT_MS;
    while (this.items < items) {
      if (Date.now() > deadline) throw new Error(`${this.items} of ${items} items in the topic`);
      await Promise.all(this.#readers.map((reader, partition) => this.#read(reader, partition)));
    }
    if (this.items > items) throw new Error(`${this.items} items in the topic, not ${items}`);
  }

  close(): Promise<void> {
    return this.#buffer.close();
  }

  async #read(reader: PartitionReader, partition: number): Promise<void> {
    const from = this.#next[partition] ?? 0;
    for (const { offset, headers, value } of await reader.read(from, READ)) {
      const told = headers[HEADERS.items];
      this.items += told === undefined ? scanRequest(this.#signal, value) : Number(told);
      this.#next[partition] = offset + 1;
    }
  }
}
