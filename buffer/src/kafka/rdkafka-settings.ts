import type { ConnectionOptions } from 'node:tls';
import { KafkaFailure } from './kafka-failure.ts';
import { type KafkaOptions, RECORD_OVERHEAD_BYTES } from './kafka-options.ts';
import { isAtLeast } from './rdkafka-addon.ts';

/** Records of one append are handed over one after the other and go out as one batch. Milliseconds. */
const LINGER_MS = 1;
const RECONNECT_MS_MAX = 1000;
/** What waits is bounded by the buffer (`inFlightBytesMax`); librdkafka has room for it twice. */
const QUEUE_FACTOR = 2;
const KIB = 1024;
/** Of a partition: fetched and not taken. One batch may pass it. */
const FETCHED_AHEAD_BYTES: number = 8 * 1024 * KIB;
/** Of a partition in one answer, and of one answer; more where a record is longer. */
const FETCH_BYTES: number = 2 * 1024 * KIB;
const ANSWER_BYTES: number = 32 * 1024 * KIB;
/** A fetch under way keeps a partition that is opened meanwhile waiting. Milliseconds. */
const ANSWER_MS = 200;
/** After an error, or where the queue is full. Milliseconds. */
const BACKOFF_MS = 20;
const QUEUE_BACKOFF_SINCE = '2.3.0';

/** Name, value, name, value. Throws a `KafkaFailure` for what librdkafka does not have. */
export function rdProducerSettings(options: KafkaOptions): readonly string[] {
  const recordBytes = options.recordBytesMax + RECORD_OVERHEAD_BYTES;
  const batchBytes = Math.max(recordBytes, options.batchBytesMax + RECORD_OVERHEAD_BYTES);
  return flat({
    ...clientSettings(options),
    'enable.idempotence': String(options.acks === 'all'),
    'request.required.acks': options.acks === 'all' ? -1 : 1,
    'message.timeout.ms': options.timeoutMs,
    'message.max.bytes': batchBytes,
    'batch.size': batchBytes,
    'queue.buffering.max.kbytes': Math.ceil((options.inFlightBytesMax * QUEUE_FACTOR) / KIB),
    'linger.ms': LINGER_MS,
    'compression.codec': options.compression,
    ...(options.compressionLevel === undefined
      ? {}
      : { 'compression.level': options.compressionLevel }),
  });
}

/**
 * The same of a consumer that is told what to read and commits nothing. `version` is librdkafka's:
 * how long a full queue keeps it from asking again has had two names.
 */
export function rdConsumerSettings(options: KafkaOptions, version: string): readonly string[] {
  const recordBytes = options.recordBytesMax + RECORD_OVERHEAD_BYTES;
  const answerBytes = Math.max(ANSWER_BYTES, recordBytes);
  return flat({
    ...clientSettings(options),
    'enable.auto.commit': 'false',
    'enable.auto.offset.store': 'false',
    'enable.partition.eof': 'true',
    'auto.offset.reset': 'error',
    'check.crcs': 'true',
    'fetch.wait.max.ms': ANSWER_MS,
    'queued.max.messages.kbytes': FETCHED_AHEAD_BYTES / KIB,
    'fetch.message.max.bytes': FETCH_BYTES,
    'fetch.max.bytes': answerBytes,
    'receive.message.max.bytes': answerBytes + RECORD_OVERHEAD_BYTES,
    'fetch.error.backoff.ms': BACKOFF_MS,
    ...(isAtLeast(version, QUEUE_BACKOFF_SINCE) ? { 'fetch.queue.backoff.ms': BACKOFF_MS } : {}),
  });
}

function flat(settings: Readonly<Record<string, string | number>>): readonly string[] {
  return Object.entries(settings).flatMap(([name, value]) => [name, String(value)]);
}

function clientSettings(options: KafkaOptions): Record<string, string | number> {
  return {
    'bootstrap.servers': options.brokers.join(','),
    'client.id': options.clientId,
    'client.rack': options.rackId,
    'reconnect.backoff.max.ms': RECONNECT_MS_MAX,
    'socket.nagle.disable': 'true',
    ...securityOf(options),
  };
}

function securityOf({ tls, sasl }: KafkaOptions): Record<string, string> {
  const transport = tls === undefined ? 'plaintext' : 'ssl';
  const login =
    sasl === undefined
      ? {}
      : {
          'sasl.mechanism': sasl.mechanism,
          'sasl.username': sasl.username,
          'sasl.password': sasl.password,
        };
  return {
    'security.protocol': sasl === undefined ? transport : `sasl_${transport}`,
    ...login,
    ...(tls === undefined ? {} : tlsSettings(tls)),
  };
}

function tlsSettings(tls: ConnectionOptions): Record<string, string> {
  if (tls.servername !== undefined) {
    const text = 'server_name_override is not supported by the client librdkafka';
    throw new KafkaFailure('INVALID_CONFIG', text);
  }
  return {
    'enable.ssl.certificate.verification': String(tls.rejectUnauthorized !== false),
    'ssl.endpoint.identification.algorithm': tls.rejectUnauthorized === false ? 'none' : 'https',
    ...pem('ssl.ca.pem', tls.ca),
    ...pem('ssl.certificate.pem', tls.cert),
    ...pem('ssl.key.pem', tls.key),
  };
}

function pem(
  name: string,
  value: ConnectionOptions['ca' | 'cert' | 'key'],
): Record<string, string> {
  if (value === undefined) return {};
  const parts = Array.isArray(value) ? value : [value];
  const texts = parts.map((part) =>
    typeof part === 'string' || Buffer.isBuffer(part) ? part.toString() : '',
  );
  return { [name]: texts.join('\n') };
}
