import type { ConnectionOptions } from 'node:tls';
import { KafkaFailure } from './kafka-failure.ts';
import { type KafkaOptions, RECORD_OVERHEAD_BYTES } from './kafka-options.ts';

/** Records of one append are handed over one after the other and go out as one batch. Milliseconds. */
const LINGER_MS = 1;
const RECONNECT_MS_MAX = 1000;
/** What waits is bounded by the buffer (`inFlightBytesMax`); librdkafka has room for it twice. */
const QUEUE_FACTOR = 2;
const KIB = 1024;

/** Name, value, name, value. Throws a `KafkaFailure` for what librdkafka does not have. */
export function rdKafkaSettings(options: KafkaOptions): readonly string[] {
  const recordBytes = options.recordBytesMax + RECORD_OVERHEAD_BYTES;
  const batchBytes = Math.max(recordBytes, options.batchBytesMax + RECORD_OVERHEAD_BYTES);
  const settings: Record<string, string | number> = {
    'bootstrap.servers': options.brokers.join(','),
    'client.id': options.clientId,
    'client.rack': options.rackId,
    'enable.idempotence': String(options.acks === 'all'),
    'request.required.acks': options.acks === 'all' ? -1 : 1,
    'message.timeout.ms': options.timeoutMs,
    'message.max.bytes': batchBytes,
    'batch.size': batchBytes,
    'queue.buffering.max.kbytes': Math.ceil((options.inFlightBytesMax * QUEUE_FACTOR) / KIB),
    'linger.ms': LINGER_MS,
    'reconnect.backoff.max.ms': RECONNECT_MS_MAX,
    'socket.nagle.disable': 'true',
    'compression.codec': options.compression,
    ...(options.compressionLevel === undefined
      ? {}
      : { 'compression.level': options.compressionLevel }),
    ...securityOf(options),
  };
  return Object.entries(settings).flatMap(([name, value]) => [name, String(value)]);
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
