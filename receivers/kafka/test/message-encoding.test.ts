import type { BufferRecord } from '@sonde/buffer';
import { type EncodedRequest, MalformedError } from '@sonde/proto';
import { spansOf } from '@sonde/wire-formats/test/collector-traces';
import { binary, encodeThrift, i64, list, struct } from '@sonde/wire-formats/test/thrift-writer';
import { describe, expect, it } from 'vitest';
import { kafkaReceiverConfig } from '../src/config.ts';
import { type MessageEncoding, messageReader } from '../src/message-encoding.ts';

const field = (number: number, bytes: Uint8Array): Buffer =>
  Buffer.concat([Buffer.of((number << 3) | 2, bytes.length), bytes]);

const TRACE = Buffer.alloc(16, 1);
const SPAN = Buffer.alloc(8, 2);
const ZIPKIN_JSON = {
  traceId: TRACE.toString('hex'),
  id: SPAN.toString('hex'),
  name: 'x',
  timestamp: 1,
};
const JAEGER_JSON = {
  traceId: TRACE.toString('base64'),
  spanId: SPAN.toString('base64'),
  operationName: 'x',
};
const IDS = [
  [1, i64(0x0101010101010101n)],
  [3, binary('x')],
  [4, i64(0x0202020202020202n)],
  [12, i64(0x0101010101010101n)],
] as const;

const MESSAGES: readonly (readonly [MessageEncoding, Uint8Array])[] = [
  ['jaeger_proto', Buffer.concat([field(1, TRACE), field(2, SPAN), field(3, Buffer.from('x'))])],
  ['jaeger_json', Buffer.from(JSON.stringify(JAEGER_JSON))],
  [
    'zipkin_proto',
    field(1, Buffer.concat([field(1, TRACE), field(3, SPAN), field(5, Buffer.from('x'))])),
  ],
  ['zipkin_json', Buffer.from(JSON.stringify([ZIPKIN_JSON]))],
  ['zipkin_thrift', encodeThrift('binary', list('struct', struct(...IDS)))],
];

function record(value: Uint8Array): BufferRecord {
  const headers = { tenant: 'acme' };
  return { value, headers, timestampUnixMs: 1_750_000_000_000, offset: 0 };
}

function read(encoding: MessageEncoding, value: Uint8Array): EncodedRequest {
  const reader = messageReader('traces', encoding);
  if (reader === undefined) throw new Error('it is read as it is');
  return reader(record(value));
}

describe('messages of Kafka', () => {
  it.each(MESSAGES)('are requests of spans: %s', (encoding, value) => {
    const request = read(encoding, value);
    expect(request).toMatchObject({
      signal: 'traces',
      itemCount: 1,
      tenant: 'acme',
      receivedUnixMs: 1_750_000_000_000,
    });
    expect(spansOf([request.bytes])).toMatchObject([
      { traceId: TRACE.toString('hex'), spanId: SPAN.toString('hex'), name: 'x' },
    ]);
  });

  it.each(MESSAGES)('of another format are malformed, and dead letters then: %s', (encoding) => {
    expect(() => read(encoding, Buffer.from('no message'))).toThrow(MalformedError);
  });

  it('of OTLP in protobuf are requests as they are', () => {
    expect(messageReader('traces', 'otlp_proto')).toBeUndefined();
  });

  it('of spans are refused where the signal is another', () => {
    const text = 'encoding "zipkin_json" is not supported for logs';
    const raw = { logs: { encoding: 'zipkin_json' } };
    const messages = kafkaReceiverConfig.safeParse(raw).error?.issues.map(({ message }) => message);
    expect(messages).toEqual([text]);
    expect(() => messageReader('logs', 'zipkin_json')).toThrow(text);
    const { topicsOf } = kafkaReceiverConfig.parse({ traces: { encoding: 'jaeger_proto' } });
    expect(topicsOf.traces.encoding).toBe('jaeger_proto');
  });
});
