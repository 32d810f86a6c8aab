import type { Place } from './kafka-client.ts';
import { KafkaFailure } from './kafka-failure.ts';
import type { KafkaOptions } from './kafka-options.ts';
import {
  loadRdKafka,
  type RdConsumer,
  type RdKafkaAddon,
  type RdPartition,
  toRdFailure,
} from './rdkafka-addon.ts';
import { rdConsumerSettings } from './rdkafka-settings.ts';

interface Consumer {
  readonly handle: RdConsumer;
  /** Partitions that are open, by topic and number. */
  readonly open: Map<string, OpenPartition>;
}

/** One partition that is read through one of the consumers. */
export interface OpenPartition {
  readonly addon: RdKafkaAddon;
  readonly partition: RdPartition;
  close(): void;
}

/**
 * The consumers of librdkafka behind one client: one as a rule, for its threads and connections are
 * of all partitions. It reads a partition once; a second reader of the same one, of another group, has
 * the next consumer.
 */
export class RdKafkaConsumers {
  readonly #addon: RdKafkaAddon;
  readonly #settings: readonly string[];
  readonly #consumers: Consumer[] = [];
  #isClosed = false;

  /** Throws a `KafkaFailure` where librdkafka is not there, or lacks a setting. */
  constructor(options: KafkaOptions) {
    this.#addon = loadRdKafka();
    this.#settings = rdConsumerSettings(options, this.#addon.version());
  }

  /** `ready` is called when there is something to take where nothing was. */
  open({ topic, partition: number }: Place, ready: () => void): OpenPartition {
    if (this.#isClosed) throw new KafkaFailure('CLOSED', 'the connection is closed');
    const addon = this.#addon;
    const key = `${topic}/${number}`;
    try {
      const consumer = this.#consumers.find(({ open }) => !open.has(key)) ?? this.#add();
      const partition = addon.openPartition(consumer.handle, topic, number, ready);
      const close = (): void => {
        addon.closePartition(partition);
        if (consumer.open.get(key)?.partition === partition) consumer.open.delete(key);
      };
      const opened = { addon, partition, close };
      consumer.open.set(key, opened);
      return opened;
    } catch (error) {
      throw toRdFailure(error);
    }
  }

  close(): void {
    this.#isClosed = true;
    for (const { handle, open } of this.#consumers.splice(0)) {
      for (const partition of [...open.values()]) partition.close();
      this.#addon.closeConsumer(handle);
    }
  }

  #add(): Consumer {
    const consumer = { handle: this.#addon.openConsumer(this.#settings), open: new Map() };
    this.#consumers.push(consumer);
    return consumer;
  }
}
