import { HEADERS } from '@sonde/buffer';
import type { ReadRequest } from '@sonde/delivery';
import { type JaegerFormat, readJaeger } from '@sonde/jaeger-spans';
import { ENCODINGS, type Encoding } from '@sonde/kafka-client';
import { DEFAULT_TENANT } from '@sonde/pipeline';
import { jsonToProtobuf, type Signal, scanRequest } from '@sonde/proto';
import { readZipkin, type ZipkinFormat } from '@sonde/zipkin-spans';

/** Messages that are spans of Jaeger (one a message) or lists of Zipkin's. */
export const SPAN_ENCODINGS = [
  'jaeger_proto',
  'jaeger_json',
  'zipkin_proto',
  'zipkin_json',
  'zipkin_thrift',
] as const;

export type MessageEncoding = Encoding | (typeof SPAN_ENCODINGS)[number];
export const MESSAGE_ENCODINGS: readonly MessageEncoding[] = [...ENCODINGS, ...SPAN_ENCODINGS];

const JAEGER: ReadonlyMap<MessageEncoding, JaegerFormat> = new Map<MessageEncoding, JaegerFormat>([
  ['jaeger_proto', 'proto'],
  ['jaeger_json', 'json'],
]);
const ZIPKIN: ReadonlyMap<MessageEncoding, ZipkinFormat> = new Map<MessageEncoding, ZipkinFormat>([
  ['zipkin_proto', 'v2_protobuf'],
  ['zipkin_json', 'v2_json'],
  ['zipkin_thrift', 'v1_thrift'],
]);

/** A message as the encoded request it stands for. Throws `MalformedError`. */
type Translate = (message: Uint8Array, receivedUnixMs: number) => Uint8Array;

/**
 * Reads messages that are not OTLP in protobuf; undefined for those, which are requests as they are.
 * Throws for an encoding of spans where the signal is another.
 */
export function messageReader(signal: Signal, encoding: MessageEncoding): ReadRequest | undefined {
  const translate = translation(signal, encoding);
  if (translate === undefined) return undefined;
  return ({ value, headers, timestampUnixMs: receivedUnixMs }) => {
    const bytes = translate(value, receivedUnixMs);
    const itemCount = scanRequest(signal, bytes);
    const tenant = headers[HEADERS.tenant] ?? DEFAULT_TENANT;
    return { signal, bytes, itemCount, tenant, receivedUnixMs };
  };
}

function translation(signal: Signal, encoding: MessageEncoding): Translate | undefined {
  if (encoding === 'otlp_proto') return undefined;
  if (encoding === 'otlp_json') return (message) => jsonToProtobuf(signal, textOf(message));
  if (signal !== 'traces') {
    throw new Error(`encoding ${JSON.stringify(encoding)} is not supported for ${signal}`);
  }
  const jaeger = JAEGER.get(encoding);
  if (jaeger !== undefined) return (message) => readJaeger(jaeger, message);
  const zipkin = ZIPKIN.get(encoding) ?? 'v2_json';
  return (message, receivedUnixMs) =>
    readZipkin(zipkin, message, { parseStringTags: false, receivedUnixMs });
}

function textOf({ buffer, byteOffset, byteLength }: Uint8Array): string {
  return Buffer.from(buffer, byteOffset, byteLength).toString('utf8');
}
