import {
  type BatchConfig,
  batchConfig,
  type RetryWaits,
  retryWaits,
  workersField,
} from '@sonde/delivery';
import { GoRegexp, GoRegexpError } from '@sonde/go-regexp';
import {
  checkTopicName,
  defaultTopic,
  encodingField,
  type KafkaClientConfig,
  kafkaClientFields,
} from '@sonde/kafka-client';
import { byteSize, duration, nullMeansDefaults, refuseMeaning, textList } from '@sonde/pipeline';
import { SIGNALS, type Signal } from '@sonde/proto';
import { z } from 'zod';
import { MESSAGE_ENCODINGS, type MessageEncoding, SPAN_ENCODINGS } from './message-encoding.ts';

export interface SignalTopics {
  /** Names. */
  readonly topics: readonly string[];
  /** Of topics that are there or come; none where only names are read. */
  readonly patterns: readonly GoRegexp[];
  /** Names that no pattern means, and patterns of them. */
  readonly excluded: readonly (string | GoRegexp)[];
  readonly encoding: MessageEncoding;
}

export interface KafkaReceiverConfig extends KafkaClientConfig {
  readonly group_id: string;
  /** Keeps partitions for a member that comes back; '' for none. */
  readonly group_instance_id: string;
  /** Headers of messages that become resource attributes `kafka.header.NAME`. */
  readonly extractedHeaders: readonly string[];
  /** Where a group starts that has committed nothing. */
  readonly initial_offset: 'latest' | 'earliest';
  /** Milliseconds. */
  readonly session_timeout: number;
  readonly heartbeat_interval: number;
  readonly topicsOf: Readonly<Record<Signal, SignalTopics>>;
  readonly batch: BatchConfig;
  readonly retry: RetryWaits;
  /** Threads, each a member of the group with all that is behind the receiver. */
  readonly workers: number;
}

const SESSION_MS_MIN = 6000;
const SESSION_MS_MAX = 1_800_000;

const signalFields = z.strictObject({
  topic: z.string().default(''),
  topics: textList(),
  exclude_topics: textList(),
  encoding: encodingField(MESSAGE_ENCODINGS).optional(),
});

/** Sonde commits what the pipeline has taken and nothing else, whatever these say. */
const COMMIT_FIELDS = {
  autocommit: z
    .strictObject({ enable: z.boolean().default(true), interval: duration('1s') })
    .prefault({}),
  message_marking: z
    .strictObject({
      after: z.boolean().default(false),
      on_error: z.boolean().default(false),
      on_permanent_error: z.boolean().optional(),
    })
    .prefault({}),
  error_backoff: z.unknown().optional(),
  partition_processing: z.unknown().optional(),
  telemetry: z.unknown().optional(),
};

/** Fetches are as large as batches need. */
const FETCH_FIELDS = {
  min_fetch_size: z.int().default(1),
  default_fetch_size: z.int().optional(),
  max_fetch_size: byteSize(1_048_576),
  max_fetch_wait: duration('250ms'),
  max_partition_fetch_size: byteSize(1_048_576),
  use_leader_epoch: z.boolean().default(true),
};

export const kafkaReceiverConfig: z.ZodType<KafkaReceiverConfig> = nullMeansDefaults(
  z
    .strictObject({
      ...kafkaClientFields(),
      ...COMMIT_FIELDS,
      ...FETCH_FIELDS,
      group_id: z.string().min(1).default('otel-collector'),
      group_instance_id: z.string().default(''),
      group_rebalance_strategy: z
        .enum(['range', 'roundrobin', 'sticky', 'cooperative-sticky'])
        .default('cooperative-sticky'),
      initial_offset: z.enum(['latest', 'earliest']).default('latest'),
      session_timeout: duration('10s'),
      heartbeat_interval: duration('3s'),
      header_extraction: z
        .strictObject({
          extract_headers: z.boolean().default(false),
          headers: textList(),
        })
        .optional(),
      // Upstream's old flat keys, still read there.
      topic: z.string().default(''),
      encoding: encodingField(MESSAGE_ENCODINGS).optional(),
      traces: signalFields.prefault({}),
      metrics: signalFields.prefault({}),
      logs: signalFields.prefault({}),
      profiles: signalFields.prefault({}),
      batch: batchConfig,
      retry: retryWaits,
      workers: workersField,
    })
    .superRefine(({ session_timeout: session, heartbeat_interval: heartbeat }, context) => {
      if (session < SESSION_MS_MIN || session > SESSION_MS_MAX) {
        const text = 'must be between 6s and 30m, as brokers have it';
        refuseMeaning(context, { text, path: ['session_timeout'] });
      }
      if (heartbeat <= 0 || heartbeat >= session) {
        const text = 'must be positive and less than session_timeout';
        refuseMeaning(context, { text, path: ['heartbeat_interval'] });
      }
    })
    .transform((raw, context): KafkaReceiverConfig => {
      const { extract_headers: isExtracting = false, headers = [] } = raw.header_extraction ?? {};
      const extractedHeaders = isExtracting ? headers : [];
      const of = (signal: Signal): SignalTopics => {
        const { topic, topics, encoding } = raw[signal];
        const single = [topic, raw.topic, defaultTopic(signal)].find((name) => name !== '') ?? '';
        const names = topics.length > 0 ? topics : [single];
        const where = topics.length > 0 ? 'topics' : 'topic';
        for (const name of names) {
          if (!isPattern(name)) checkTopicName(name, [signal, where], context);
        }
        return {
          topics: names.filter((name) => !isPattern(name)),
          patterns: names
            .filter(isPattern)
            .map((text) => compile(text, [signal, 'topics'], context)),
          excluded: raw[signal].exclude_topics.map((text) =>
            isPattern(text) ? compile(text, [signal, 'exclude_topics'], context) : text,
          ),
          encoding: encoding ?? raw.encoding ?? 'otlp_proto',
        };
      };
      const topicsOf = {
        traces: of('traces'),
        metrics: of('metrics'),
        logs: of('logs'),
        profiles: of('profiles'),
      };
      for (const signal of SIGNALS) {
        checkEncoding(signal, raw[signal].encoding, context);
        const { patterns, excluded } = topicsOf[signal];
        if (excluded.length === 0 || patterns.length > 0) continue;
        const text = 'exclude_topics needs topics by regular expression';
        const hint = 'a pattern starts with ^; names that are not given are not read';
        refuseMeaning(context, { text, path: [signal, 'exclude_topics'], hint });
      }
      return { ...raw, topicsOf, extractedHeaders };
    }),
);

function isPattern(topic: string): boolean {
  return topic.startsWith('^');
}

function compile(text: string, path: string[], context: z.core.$RefinementCtx): GoRegexp {
  try {
    return new GoRegexp(text);
  } catch (error) {
    if (!(error instanceof GoRegexpError)) throw error;
    refuseMeaning(context, { text: error.message, path });
    return z.NEVER;
  }
}

/** Jaeger and Zipkin know spans alone. */
function checkEncoding(
  signal: Signal,
  encoding: MessageEncoding | undefined,
  context: z.core.$RefinementCtx,
): void {
  if (signal === 'traces' || !SPAN_ENCODINGS.some((known) => known === encoding)) return;
  const text = `encoding ${JSON.stringify(encoding)} is not supported for ${signal}`;
  refuseMeaning(context, { text, path: [signal, 'encoding'], hint: 'it is of spans alone' });
}
