import { COMPRESSIONS, type Compression } from '@sonde/buffer';
import {
  checkTopicName,
  defaultTopic,
  ENCODINGS,
  type Encoding,
  encodingField,
  type KafkaClientConfig,
  kafkaClientFields,
} from '@sonde/kafka-client';
import {
  duration,
  nullMeansDefaults,
  refuseMeaning,
  type SendingConfig,
  sendingFields,
  textList,
} from '@sonde/pipeline';
import { refuseUnsupported } from '@sonde/pipeline/clients';
import { SIGNALS, type Signal } from '@sonde/proto';
import { z } from 'zod';
import type { PartitionBy } from './split-by-partition.ts';

/** What is written to a topic: `raw` is the bodies of log records. */
export type MessageEncoding = Encoding | 'raw';

/** Of `encoding: raw`. */
export interface RawConfig {
  /** Log attribute whose text is the message's key; '' for none. */
  readonly key_from_attribute: string;
  /** Log attributes whose text becomes a header of the same name. */
  readonly headers_from_attributes: readonly string[];
}

export interface SignalTopic {
  readonly topic: string;
  readonly encoding: MessageEncoding;
  /** Metadata of the data's client whose first value is the topic, where it sent one; '' for none. */
  readonly topicFromMetadataKey: string;
  /** Metadata of the data's client whose first value is the messages' key; '' for none. */
  readonly messageKeyFromMetadataKey: string;
  /** What keeps rows in one partition; undefined: whole requests go out as they are. */
  readonly partitionBy: PartitionBy | undefined;
  readonly raw: RawConfig;
}

/** Who says where a message with a key goes: a hash of it, or whose turn it is. */
export type Partitioner = 'sarama_compat' | 'murmur2' | 'in_turn';

export interface ProducerConfig {
  /** Longer messages are split. Bytes before compression. */
  readonly max_message_bytes: number;
  /** -1 is all in-sync replicas, 1 the leader alone. */
  readonly required_acks: -1 | 1;
  readonly compression: Compression;
  /** Undefined for the codec's default. */
  readonly compressionLevel: number | undefined;
  readonly allow_auto_topic_creation: boolean;
}

export interface KafkaExporterConfig extends KafkaClientConfig, SendingConfig {
  readonly topics: Readonly<Record<Signal, SignalTopic>>;
  /** Of a topic that is made here. */
  readonly topic_partitions: number;
  readonly record_headers: Readonly<Record<string, string>>;
  /** Metadata of the data's client that becomes headers of its messages. */
  readonly include_metadata_keys: readonly string[];
  /** Resource attribute whose text is the topic, where it has one; '' for none. */
  readonly topic_from_attribute: string;
  readonly partitioner: Partitioner;
  readonly producer: ProducerConfig;
}

const MESSAGE_BYTES_MIN = 16 * 1024;
const MESSAGE_BYTES_MAX: number = 32 * 1024 * 1024;
const PARTITIONS_MAX = 1024;
const LEVEL_DEFAULT = -1;
const LEVELS: Readonly<Partial<Record<Compression, readonly [number, number]>>> = {
  gzip: [1, 9],
  zstd: [1, 22],
};

const MESSAGE_ENCODINGS: readonly MessageEncoding[] = [...ENCODINGS, 'raw'];

const signalFields = z.strictObject({
  topic: z.string().default(''),
  encoding: encodingField(MESSAGE_ENCODINGS).optional(),
  topic_from_metadata_key: z.string().default(''),
  message_key_from_metadata_key: z.string().default(''),
  raw: z
    .strictObject({
      key_from_attribute: z.string().default(''),
      headers_from_attributes: textList(),
    })
    .prefault({}),
});

const compression = z
  .string()
  .default('none')
  .transform((text, context): Compression => {
    const known = COMPRESSIONS.find((name) => name === text);
    if (known !== undefined) return known;
    refuseMeaning(context, {
      text: `compression should be one of 'none', 'gzip', 'snappy', 'lz4', or 'zstd'. configured value is '${text}'`,
    });
    return z.NEVER;
  });

/** 0, no acknowledgement at all, is taken for 1: an answer costs nothing that anybody would notice. */
const acks = z
  .union([z.literal(-1), z.literal(0), z.literal(1), z.literal('all')])
  .default(-1)
  .transform((value): -1 | 1 => (value === -1 || value === 'all' ? -1 : 1));

const producer: z.ZodType<ProducerConfig> = z
  .strictObject({
    max_message_bytes: z.int().min(MESSAGE_BYTES_MIN).max(MESSAGE_BYTES_MAX).default(1_000_000),
    required_acks: acks,
    compression,
    compression_params: z.strictObject({ level: z.int().default(0) }).prefault({}),
    flush_max_messages: z.int().min(0).default(10_000),
    linger: duration('10ms'),
    max_broker_write_bytes: z.int().min(1).default(104_857_600),
    allow_auto_topic_creation: z.boolean().default(true),
  })
  .transform((raw, context): ProducerConfig => {
    const { level } = raw.compression_params;
    const [least, most] = LEVELS[raw.compression] ?? [0, 0];
    if (level !== 0 && level !== LEVEL_DEFAULT && (level < least || level > most)) {
      refuseMeaning(context, {
        text: `unsupported parameters {Level:${level}} for compression type "${raw.compression}"`,
        path: ['compression_params'],
        hint: most > 0 ? `levels are ${least} to ${most}` : 'it has no levels',
      });
    }
    return { ...raw, compressionLevel: level === 0 || level === LEVEL_DEFAULT ? undefined : level };
  })
  .prefault({});

const partitioner: z.ZodType<Partitioner> = z
  .strictObject({
    sticky_key: nullMeansDefaults(
      z.strictObject({ hasher: z.enum(['sarama_compat', 'murmur2']).default('sarama_compat') }),
    ).optional(),
    round_robin: nullMeansDefaults(z.strictObject({})).optional(),
    least_backup: nullMeansDefaults(z.strictObject({})).optional(),
    extension: z.unknown().optional(),
  })
  .transform((raw, context): Partitioner => {
    const reasons = { extension: 'no extension of Sonde chooses partitions' };
    refuseUnsupported(raw, reasons, context);
    const given = Object.values(raw).filter((value) => value !== undefined);
    if (given.length > 1) {
      refuseMeaning(context, { text: 'at most one record_partitioner strategy may be configured' });
    }
    if (raw.round_robin !== undefined || raw.least_backup !== undefined) return 'in_turn';
    return raw.sticky_key?.hasher ?? 'sarama_compat';
  })
  .prefault({});

const PARTITION_KEYS = {
  partition_traces_by_id: z.boolean().default(false),
  partition_metrics_by_resource_attributes: z.boolean().default(false),
  partition_logs_by_resource_attributes: z.boolean().default(false),
  partition_logs_by_trace_id: z.boolean().default(false),
};
type PartitionKeys = Readonly<Record<keyof typeof PARTITION_KEYS, boolean>>;

function partitionBy(signal: Signal, keys: PartitionKeys): PartitionBy | undefined {
  switch (signal) {
    case 'traces':
      return keys.partition_traces_by_id ? 'trace' : undefined;
    case 'metrics':
      return keys.partition_metrics_by_resource_attributes ? 'resource' : undefined;
    case 'logs':
      if (keys.partition_logs_by_trace_id) return 'trace';
      return keys.partition_logs_by_resource_attributes ? 'resource' : undefined;
    default:
      return undefined;
  }
}

/** Upstream's refusals of what contradicts itself. */
function checkPartitionKeys(
  keys: PartitionKeys,
  topics: Readonly<Record<Signal, SignalTopic>>,
  context: z.core.$RefinementCtx,
): void {
  if (keys.partition_logs_by_resource_attributes && keys.partition_logs_by_trace_id) {
    const text =
      'partition_logs_by_resource_attributes and partition_logs_by_trace_id cannot both be enabled';
    refuseMeaning(context, { text });
  }
  const names: Readonly<Partial<Record<Signal, string>>> = {
    traces: 'partition_traces_by_id',
    metrics: 'partition_metrics_by_resource_attributes',
    logs: 'partition_logs_by_resource_attributes or partition_logs_by_trace_id',
  };
  for (const signal of SIGNALS) {
    const { partitionBy: by, messageKeyFromMetadataKey: key } = topics[signal];
    if (by === undefined || key === '') continue;
    const text = `${signal}::message_key_from_metadata_key cannot be combined with ${names[signal]}`;
    refuseMeaning(context, { text, path: [signal] });
  }
}

/** Upstream's word for it: other signals have no bodies. */
function checkRaw(
  signal: Signal,
  encoding: MessageEncoding | undefined,
  context: z.core.$RefinementCtx,
): void {
  if (encoding !== 'raw' || signal === 'logs') return;
  const text = `encoding "raw" is not supported for ${signal}`;
  refuseMeaning(context, { text, path: [signal, 'encoding'], hint: 'it writes bodies of logs' });
}

export const kafkaExporterConfig: z.ZodType<KafkaExporterConfig> = nullMeansDefaults(
  z
    .strictObject({
      ...kafkaClientFields(),
      ...sendingFields({ timeout: '5s' }),
      traces: signalFields.prefault({}),
      metrics: signalFields.prefault({}),
      logs: signalFields.prefault({}),
      profiles: signalFields.prefault({}),
      // Upstream's old flat keys, still read there.
      topic: z.string().default(''),
      encoding: encodingField(MESSAGE_ENCODINGS).optional(),
      record_partitioner: partitioner,
      topic_partitions: z.int().min(1).max(PARTITIONS_MAX).default(4),
      record_headers: z.record(z.string(), z.string()).default({}),
      producer,
      topic_from_attribute: z.string().default(''),
      include_metadata_keys: textList(),
      ...PARTITION_KEYS,
    })
    .transform((raw, context): KafkaExporterConfig => {
      const of = (signal: Signal): SignalTopic => ({
        topic: [raw[signal].topic, raw.topic].find((name) => name !== '') ?? defaultTopic(signal),
        encoding: raw[signal].encoding ?? raw.encoding ?? 'otlp_proto',
        topicFromMetadataKey: raw[signal].topic_from_metadata_key,
        messageKeyFromMetadataKey: raw[signal].message_key_from_metadata_key,
        partitionBy: partitionBy(signal, raw),
        raw: raw[signal].raw,
      });
      const topics = {
        traces: of('traces'),
        metrics: of('metrics'),
        logs: of('logs'),
        profiles: of('profiles'),
      };
      checkPartitionKeys(raw, topics, context);
      for (const signal of SIGNALS) {
        checkRaw(signal, raw[signal].encoding, context);
        const path = raw[signal].topic === '' ? ['topic'] : [signal, 'topic'];
        checkTopicName(topics[signal].topic, path, context);
      }
      return { ...raw, topics, partitioner: raw.record_partitioner };
    }),
);
