import { BufferError, type KafkaBuffer, type NewRecord } from '@sonde/buffer';
import { LazyKafkaBuffer, toKafkaOptions } from '@sonde/kafka-client';
import {
  type Attempt,
  type CreateSettings,
  type Destination,
  type SendResult,
  SondeError,
  type Telemetry,
} from '@sonde/pipeline';
import { type EncodedRequest, splitByResource } from '@sonde/proto';
import { toSondeError } from './buffer-error.ts';
import type { KafkaExporterConfig, SignalTopic } from './config.ts';
import { DeadLetters, type Misfit } from './dead-letters.ts';
import {
  checkedTopic,
  messageKeyOf,
  metadataHeaders,
  namedTopic,
  partitionOf,
} from './message-place.ts';
import { toRawRecords } from './raw-records.ts';
import { ReadyTopics, TOPIC_AGE_MS_MAX, TOPIC_AGE_MS_MIN } from './ready-topics.ts';
import { splitByPartition } from './split-by-partition.ts';
import { type Records, type TooLarge, toRecords } from './to-records.ts';

/** Of one try where `timeout` is 0. */
const TIMEOUT_MS_MAX = 60_000;

/** One signal's topic, or those that its clients name; a request is a message. */
export class KafkaDestination implements Destination {
  readonly #config: KafkaExporterConfig;
  readonly #topic: SignalTopic;
  readonly #buffer: LazyKafkaBuffer;
  readonly #deadLetters: DeadLetters;
  readonly #ready: ReadyTopics;
  #nextPartition = 0;

  constructor(settings: CreateSettings, config: KafkaExporterConfig) {
    this.#config = config;
    this.#topic = config.topics[settings.signal];
    const { producer, timeout, metadata } = config;
    this.#ready = new ReadyTopics({
      topic: this.#topic.topic,
      partitions: config.topic_partitions,
      isMade: producer.allow_auto_topic_creation,
      ageMsMax: Math.min(Math.max(metadata.refresh_interval, TOPIC_AGE_MS_MIN), TOPIC_AGE_MS_MAX),
      logger: settings.logger,
    });
    this.#deadLetters = new DeadLetters(settings.logger);
    this.#buffer = new LazyKafkaBuffer(async () => ({
      ...(await toKafkaOptions(config)),
      timeoutMs: timeout === 0 ? TIMEOUT_MS_MAX : timeout,
      acks: producer.required_acks === -1 ? 'all' : 'leader',
      compression: producer.compression,
      ...(producer.compressionLevel === undefined
        ? {}
        : { compressionLevel: producer.compressionLevel }),
      batchBytesMax: producer.max_message_bytes,
    }));
  }

  async start(): Promise<void> {
    // Files of certificates that cannot be read stop the service; brokers may come later.
    await toKafkaOptions(this.#config);
  }

  async push(telemetry: Telemetry, { signal }: Attempt): Promise<SendResult> {
    const tooLarge = await unlessAborted(this.#send(telemetry), signal);
    return { rejectedItems: tooLarge.reduce((sum, { items }) => sum + items, 0) };
  }

  close(): Promise<void> {
    return this.#buffer.close();
  }

  /** All parts are under way together. Resolves with what lies in the dead letters. */
  async #send(telemetry: Telemetry): Promise<readonly Misfit[]> {
    const { client } = telemetry;
    const key = messageKeyOf(this.#topic, client);
    const { record_headers, include_metadata_keys: names, producer } = this.#config;
    const headers = { ...record_headers, ...metadataHeaders(names, client) };
    const limits = { messageBytesMax: producer.max_message_bytes, headers, key };
    try {
      const buffer = await this.#buffer.open();
      const under: Promise<number>[] = [];
      const tooLarge: Misfit[] = [];
      for (const [topic, requests] of this.#byTopic(telemetry)) {
        // The same number for all of a request, whatever becomes of the topic meanwhile.
        const count = await this.#ready.partitionCount(buffer, topic);
        const some = telemetry.withRequests(requests);
        for (const { made, ...placed } of this.#place(some, limits, count)) {
          const partition = placed.partition ?? this.#next(count);
          for (const letter of made.tooLarge) tooLarge.push({ ...letter, topic, partition });
          const { records } = made;
          if (records.length > 0) under.push(this.#append(buffer, topic, { partition, records }));
        }
      }
      await allSettled(under);
      if (tooLarge.length > 0) await this.#deadLetters.put(buffer, tooLarge);
      return tooLarge;
    } catch (error) {
      throw toSondeError(error);
    }
  }

  /** A topic that is not there any more is made again with the next request, where that may be. */
  async #append(
    buffer: KafkaBuffer,
    topic: string,
    { partition, records }: { readonly partition: number; readonly records: readonly NewRecord[] },
  ): Promise<number> {
    try {
      return await buffer.append(topic, partition, records);
    } catch (error) {
      const code = error instanceof BufferError ? error.code : undefined;
      if (code === 'UNKNOWN_TOPIC') this.#ready.forget(topic);
      if (code === 'BUFFER_IO') this.#ready.doubt(topic);
      throw error;
    }
  }

  /** The messages of one topic, by partition; undefined where they may go anywhere. */
  #place(telemetry: Telemetry, limits: Limits, partitions: number): readonly Placed[] {
    const { encoding } = this.#topic;
    if (encoding === 'raw') return this.#placeRaw(telemetry, limits, partitions);
    const placed = this.#byPartition(telemetry, limits.key, partitions);
    return [...placed].map(([partition, requests]) => {
      const made = requests.map((request) => toRecords(request, { ...limits, encoding }));
      return { partition, made: joined(made) };
    });
  }

  #placeRaw(telemetry: Telemetry, limits: Limits, partitions: number): readonly Placed[] {
    const { partitioner } = this.#config;
    const { raw } = this.#topic;
    const { records, tooLarge } = joined(
      telemetry.requests.map((request) => toRawRecords(request, { ...limits, ...raw })),
    );
    const placed = new Map<number | undefined, { records: NewRecord[]; tooLarge: TooLarge[] }>();
    const at = ({ key }: NewRecord): { records: NewRecord[]; tooLarge: TooLarge[] } => {
      const place = key === undefined ? undefined : partitionOf(partitioner, key, partitions);
      const some = placed.get(place) ?? { records: [], tooLarge: [] };
      placed.set(place, some);
      return some;
    };
    for (const record of records) at(record).records.push(record);
    for (const letter of tooLarge) at(letter.record).tooLarge.push(letter);
    return [...placed].map(([partition, made]) => ({ partition, made }));
  }

  #byTopic(telemetry: Telemetry): ReadonlyMap<string, readonly EncodedRequest[]> {
    const { requests, client } = telemetry;
    const { topic_from_attribute: attribute } = this.#config;
    const named = namedTopic(this.#topic, client);
    if (named !== undefined || attribute === '') {
      return new Map([[named ?? this.#topic.topic, requests]]);
    }
    const byTopic = new Map<string, EncodedRequest[]>();
    for (const request of requests) {
      for (const [text, part] of splitByResource(request, attribute)) {
        const isNamed = text !== undefined && text !== '';
        const topic = isNamed ? checkedTopic(text, attribute) : this.#topic.topic;
        byTopic.set(topic, [...(byTopic.get(topic) ?? []), part]);
      }
    }
    return byTopic;
  }

  /** Under undefined what may go anywhere. */
  #byPartition(
    telemetry: Telemetry,
    key: Uint8Array | undefined,
    partitions: number,
  ): ReadonlyMap<number | undefined, readonly EncodedRequest[]> {
    const { partitionBy: by } = this.#topic;
    const { partitioner } = this.#config;
    if (by !== undefined && partitioner !== 'in_turn') {
      const partition = (of: Uint8Array): number => partitionOf(partitioner, of, partitions) ?? 0;
      return splitByPartition(telemetry.columns(), { by, partitionOf: partition });
    }
    const place = key === undefined ? undefined : partitionOf(partitioner, key, partitions);
    return new Map([[place, telemetry.requests]]);
  }

  #next(partitions: number): number {
    const partition = this.#nextPartition % partitions;
    this.#nextPartition = partition + 1;
    return partition;
  }
}

interface Limits {
  readonly messageBytesMax: number;
  readonly headers: Readonly<Record<string, string>>;
  /** That the data's client names; a record of `encoding: raw` has its own. */
  readonly key: Uint8Array | undefined;
}

interface Placed {
  readonly partition: number | undefined;
  readonly made: Records;
}

function joined(made: readonly Records[]): Records {
  return {
    records: made.flatMap(({ records }) => records),
    tooLarge: made.flatMap(({ tooLarge }) => tooLarge),
  };
}

/** Resolves when all have; rejects, with the first that failed, when none is under way any more. */
async function allSettled(under: readonly Promise<unknown>[]): Promise<void> {
  const failed = (await Promise.allSettled(under)).find(({ status }) => status === 'rejected');
  if (failed?.status === 'rejected') throw failed.reason;
}

/** Whether what was under way is in the log nobody knows then: the caller may send it again. */
function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => {
      reject(new SondeError('DEADLINE_EXCEEDED', 'Kafka did not acknowledge in time'));
    };
    if (signal.aborted) onAbort();
    signal.addEventListener('abort', onAbort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}
