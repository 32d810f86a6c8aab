import { COMPRESSIONS, type Compression } from '@sonde/buffer';
import {
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
} from '@sonde/pipeline';
import { refuseUnsupported } from '@sonde/pipeline/clients';
import { SIGNALS, type Signal } from '@sonde/proto';
import { z } from 'zod';

export interface SignalTopic {
  readonly topic: string;
  readonly encoding: Encoding;
  /** Metadata of the data's client whose first value is the topic, where it sent one; '' for none. */
  readonly topicFromMetadataKey: string;
  /** Metadata of the data's client whose first value is the messages' key; '' for none. */
  readonly messageKeyFromMetadataKey: string;
}

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
const PARTITIONED = 'requests are whole messages: their partition is chosen in turn';

const signalFields = z.strictObject({
  topic: z.string().optional(),
  encoding: encodingField(ENCODINGS).optional(),
  topic_from_metadata_key: z.string().default(''),
  message_key_from_metadata_key: z.string().default(''),
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

/** Keys upstream has and this exporter has not. */
const UNSUPPORTED: Readonly<Record<string, string>> = {
  topic_from_attribute: 'name a topic a signal, or an exporter a topic',
  partition_traces_by_id: PARTITIONED,
  partition_metrics_by_resource_attributes: PARTITIONED,
  partition_logs_by_resource_attributes: PARTITIONED,
  partition_logs_by_trace_id: PARTITIONED,
  include_metadata_keys: 'a header of a message has one value, those of a client may have several',
};

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
      encoding: encodingField(ENCODINGS).optional(),
      record_partitioner: z.unknown().optional(),
      topic_partitions: z.int().min(1).max(PARTITIONS_MAX).default(4),
      record_headers: z.record(z.string(), z.string()).default({}),
      producer,
      topic_from_attribute: z.unknown().optional(),
      partition_traces_by_id: z.unknown().optional(),
      partition_metrics_by_resource_attributes: z.unknown().optional(),
      partition_logs_by_resource_attributes: z.unknown().optional(),
      partition_logs_by_trace_id: z.unknown().optional(),
      include_metadata_keys: z.unknown().optional(),
    })
    .transform((raw, context): KafkaExporterConfig => {
      refuseUnsupported(raw, UNSUPPORTED, context);
      const topics = SIGNALS.map((signal): [Signal, SignalTopic] => {
        const flat = raw.topic === '' ? defaultTopic(signal) : raw.topic;
        const encoding = raw[signal].encoding ?? raw.encoding ?? 'otlp_proto';
        return [
          signal,
          {
            topic: raw[signal].topic ?? flat,
            encoding,
            topicFromMetadataKey: raw[signal].topic_from_metadata_key,
            messageKeyFromMetadataKey: raw[signal].message_key_from_metadata_key,
          },
        ];
      });
      return { ...raw, topics: recordOf(topics) };
    }),
);

function recordOf(
  topics: readonly (readonly [Signal, SignalTopic])[],
): Record<Signal, SignalTopic> {
  const byName = new Map(topics);
  const of = (signal: Signal): SignalTopic =>
    byName.get(signal) ?? {
      topic: defaultTopic(signal),
      encoding: 'otlp_proto',
      topicFromMetadataKey: '',
      messageKeyFromMetadataKey: '',
    };
  return {
    traces: of('traces'),
    metrics: of('metrics'),
    logs: of('logs'),
    profiles: of('profiles'),
  };
}
