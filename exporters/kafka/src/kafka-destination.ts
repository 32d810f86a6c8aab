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
import { toRecords } from './to-records.ts';

/** Of one try where `timeout` is 0. */
const TIMEOUT_MS_MAX = 60_000;

/** One signal's topic; a request is a message. */
export class KafkaDestination implements Destination {
  readonly #config: KafkaExporterConfig;
  readonly #topic: SignalTopic;
  readonly #buffer: LazyKafkaBuffer;
  #isTopicReady = false;
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
    const limits = { messageBytesMax: producer.max_message_bytes, encoding, headers };
    const records = telemetry.requests.flatMap((request) => toRecords(request, limits));
    if (records.length === 0) return { rejectedItems: 0 };
    await unlessAborted(this.#append(records), signal);
    return { rejectedItems: 0 };
  }

  close(): Promise<void> {
    return this.#buffer.close();
  }

  async #append(records: Parameters<KafkaBuffer['append']>[2]): Promise<void> {
    const { topic } = this.#topic;
    try {
      const buffer = await this.#buffer.open();
      if (!this.#isTopicReady) await this.#prepareTopic(buffer);
      const partition = this.#nextPartition % buffer.partitionCount(topic);
      this.#nextPartition = partition + 1;
      await buffer.append(topic, partition, records);
    } catch (error) {
      throw toSondeError(error);
    }
  }

  /** A topic that is there stays as it is. */
  async #prepareTopic(buffer: KafkaBuffer): Promise<void> {
    const { topic } = this.#topic;
    const { producer, topic_partitions: partitions } = this.#config;
    if (!(await buffer.findTopic(topic)) && producer.allow_auto_topic_creation) {
      await buffer.createTopic(topic, { partitions });
    }
    this.#isTopicReady = await buffer.findTopic(topic);
  }
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
