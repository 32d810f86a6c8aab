import type { KafkaBuffer } from '@sonde/buffer';
import { LazyKafkaBuffer, toKafkaOptions } from '@sonde/kafka-client';
import {
  type Attempt,
  type CreateSettings,
  type Destination,
  type SendResult,
  SondeError,
  type Telemetry,
} from '@sonde/pipeline';
import { toSondeError } from './buffer-error.ts';
import type { KafkaExporterConfig, SignalTopic } from './config.ts';
import { CLIENT_TOPICS_MAX, messageKeyOf, partitionOf, topicOf } from './message-place.ts';
import { toRecords } from './to-records.ts';

/** Of one try where `timeout` is 0. */
const TIMEOUT_MS_MAX = 60_000;

/** One signal's topic, or those that its clients name; a request is a message. */
export class KafkaDestination implements Destination {
  readonly #config: KafkaExporterConfig;
  readonly #topic: SignalTopic;
  readonly #buffer: LazyKafkaBuffer;
  /** Topics that are there. At most `CLIENT_TOPICS_MAX` beside the configured one. */
  readonly #ready: Set<string> = new Set();
  #nextPartition = 0;

  constructor(settings: CreateSettings, config: KafkaExporterConfig) {
    this.#config = config;
    this.#topic = config.topics[settings.signal];
    const { producer, timeout } = config;
    this.#buffer = new LazyKafkaBuffer(async () => ({
      ...(await toKafkaOptions(config)),
      timeoutMs: timeout === 0 ? TIMEOUT_MS_MAX : timeout,
      acks: producer.required_acks === -1 ? 'all' : 'leader',
      compression: producer.compression,
      ...(producer.compressionLevel === undefined
        ? {}
        : { compressionLevel: producer.compressionLevel }),
      recordBytesMax: producer.max_message_bytes,
      batchBytesMax: producer.max_message_bytes,
    }));
  }

  async start(): Promise<void> {
    // Files of certificates that cannot be read stop the service; brokers may come later.
    await toKafkaOptions(this.#config);
  }

  async push(telemetry: Telemetry, { signal }: Attempt): Promise<SendResult> {
    const { producer, record_headers: headers } = this.#config;
    const { encoding } = this.#topic;
    const topic = topicOf(this.#topic, telemetry.client);
    const key = messageKeyOf(this.#topic, telemetry.client);
    const limits = { messageBytesMax: producer.max_message_bytes, encoding, headers, key };
    const records = telemetry.requests.flatMap((request) => toRecords(request, limits));
    if (records.length === 0) return { rejectedItems: 0 };
    await unlessAborted(this.#append({ topic, key, records }), signal);
    return { rejectedItems: 0 };
  }

  close(): Promise<void> {
    return this.#buffer.close();
  }

  async #append({ topic, key, records }: Messages): Promise<void> {
    try {
      const buffer = await this.#buffer.open();
      if (!this.#ready.has(topic)) await this.#prepareTopic(buffer, topic);
      const count = buffer.partitionCount(topic);
      const partition = key === undefined ? this.#next(count) : partitionOf(key, count);
      await buffer.append(topic, partition, records);
    } catch (error) {
      throw toSondeError(error);
    }
  }

  #next(partitions: number): number {
    const partition = this.#nextPartition % partitions;
    this.#nextPartition = partition + 1;
    return partition;
  }

  /** A topic that is there stays as it is. */
  async #prepareTopic(buffer: KafkaBuffer, topic: string): Promise<void> {
    if (topic !== this.#topic.topic && this.#ready.size >= CLIENT_TOPICS_MAX) {
      throw new SondeError(
        'INVALID_DATA',
        `clients have named ${CLIENT_TOPICS_MAX} topics already`,
      );
    }
    const { producer, topic_partitions: partitions } = this.#config;
    if (!(await buffer.findTopic(topic)) && producer.allow_auto_topic_creation) {
      await buffer.createTopic(topic, { partitions });
    }
    if (await buffer.findTopic(topic)) this.#ready.add(topic);
  }
}

interface Messages {
  readonly topic: string;
  readonly key: Uint8Array | undefined;
  readonly records: Parameters<KafkaBuffer['append']>[2];
}

/** Whether what was under way is in the log nobody knows then: the caller may send it again. */
function unlessAborted(work: Promise<void>, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => {
      reject(new SondeError('DEADLINE_EXCEEDED', 'Kafka did not acknowledge in time'));
    };
    if (signal.aborted) onAbort();
    signal.addEventListener('abort', onAbort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}
