import { MalformedError, scanRequest } from '@sonde/proto';
import { type PlainSpan, spansOf } from '@sonde/wire-formats/test/collector-traces';
import {
  encodeCall,
  encodeThrift,
  i32,
  list,
  struct,
} from '@sonde/wire-formats/test/thrift-writer';
import { describe, expect, it } from 'vitest';
import { type JaegerFormat, readJaeger } from '../src/index.ts';
import {
  BATCH,
  BINARY_DATAGRAM,
  COMPACT_DATAGRAM,
  KAFKA_JSON,
  KAFKA_SPAN,
  postSpans,
  protoSpan,
  THRIFT_BODY,
} from './payloads.ts';

function read(format: JaegerFormat, bytes: Uint8Array): readonly PlainSpan[] {
  return spansOf([readJaeger(format, bytes)]);
}

function named(name: string): PlainSpan {
  const span = read('post_spans', postSpans(BATCH)).find((each) => each['name'] === name);
  if (span === undefined) throw new Error(`no ${name}`);
  return span;
}

describe('spans of Jaeger in protobuf', () => {
  it('become OTLP with times, kind, values, events, trace state and resource', () => {
    expect(named('all values')).toEqual({
      traceId: '4d1e00c0db9010db86154a4ba6e91385',
      spanId: '0000000000000001',
      traceState: 'a=b',
      flags: 1,
      name: 'all values',
      kind: 3,
      startTimeUnixNano: '1790000000123456789',
      endTimeUnixNano: '1790000001123457289',
      attributes: {
        yes: { boolValue: 'true' },
        many: { intValue: '-5' },
        half: { doubleValue: 0.5 },
        raw: { bytesValue: 'AP8=' },
      },
      events: [
        {
          timeUnixNano: '1790000000123456789',
          name: 'cache',
          attributes: { key: { stringValue: 'k1' } },
        },
        { timeUnixNano: '1790000000123456789' },
      ],
      resource: {
        'service.name': { stringValue: 'shop' },
        'host.name': { stringValue: 'node-1' },
        'opencensus.exporterversion': { stringValue: 'Jaeger-Go-2.30' },
        pid: { intValue: '7' },
      },
      scope: {},
    });
  });

  it("have a parent by the child's reference, and links for the others", () => {
    const span = named('references');
    expect(span['parentSpanId']).toBe('000000000000005b');
    expect(span['links']).toMatchObject([
      { spanId: '000000000000005a', attributes: { 'opentracing.ref_type': {} } },
      { traceId: 'f'.repeat(32), spanId: '000000000000005c' },
    ]);
    expect(named('follower')).toMatchObject({ parentSpanId: '000000000000005d', links: [{}] });
  });

  it.each([
    ['error', { code: 2, message: 'broke' }],
    ['no error', { code: 1 }],
    ['client 404', { code: 2 }],
    ['server 404', undefined],
    ['server 500', { code: 2, message: 'oh' }],
    ['error wins', { code: 2 }],
  ])('have the status that their tags tell: %s', (name, status) => {
    expect(named(name)['status']).toEqual(status);
  });

  it('have a scope by their tags, and a process of their own', () => {
    expect(named('scope')).toMatchObject({
      scope: { name: 'lib', version: '2' },
      attributes: { x: { stringValue: 'y' } },
    });
    expect(named('own process')['resource']).toEqual({ 'service.name': { stringValue: 'other' } });
  });

  it('may have a trace id of 8 bytes, and no other length', () => {
    const span = (traceId: Buffer): Uint8Array =>
      protoSpan({ traceId, spanId: Buffer.alloc(8, 1) });
    expect(read('proto', span(Buffer.alloc(8, 1)))[0]).toMatchObject({
      traceId: `${'0'.repeat(16)}${'01'.repeat(8)}`,
    });
    expect(() => read('proto', span(Buffer.alloc(7, 1)))).toThrow('invalid length for TraceID');
  });
});

describe('a span of Jaeger in Kafka', () => {
  it('is the same in protobuf and in JSON', () => {
    const fromProto = read('proto', protoSpan(KAFKA_SPAN));
    expect(fromProto).toHaveLength(1);
    expect(read('json', KAFKA_JSON)).toEqual(fromProto);
  });

  it.each([
    ['{"startTime":"yesterday"}', 'startTime is no time of RFC 3339'],
    ['{"duration":5}', 'duration is no text'],
    ['{"duration":"5m"}', 'duration is no duration'],
    ['{"traceId":"AAAA"}', 'invalid length for TraceID'],
    ['{"tags":[{"key":"a","vType":"INT64","vInt64":"x"}]}', 'vInt64 is no integer'],
    ['[]', 'span is no object'],
  ])('is refused in words: %s', (body, words) => {
    expect(() => read('json', Buffer.from(body))).toThrow(words);
  });
});

describe('spans of Jaeger in thrift', () => {
  it('are the same by HTTP and by datagrams of both protocols', () => {
    const byHttp = read('thrift', THRIFT_BODY);
    expect(byHttp).toHaveLength(2);
    expect(read('agent_compact', COMPACT_DATAGRAM)).toEqual(byHttp);
    expect(read('agent_binary', BINARY_DATAGRAM)).toEqual(byHttp);
    expect(byHttp[0]).toMatchObject({
      flags: 1,
      kind: 2,
      status: { code: 2 },
      attributes: { 'otel.scope.name': { stringValue: 'stays' } },
      startTimeUnixNano: '1790000000123456000',
      endTimeUnixNano: '1790000000124956000',
    });
    expect(byHttp[1]).toMatchObject({ parentSpanId: '0000000000000090', links: [{}] });
  });

  it('are nothing where a client sends blank spans', () => {
    const blank = struct([2, list('struct', struct(), struct())]);
    expect(read('thrift', encodeThrift('binary', blank))).toEqual([]);
  });

  it('are refused when a datagram calls another method', () => {
    const call = encodeCall('compact', 'emitZipkinBatch', [1, i32(1)]);
    expect(() => read('agent_compact', call)).toThrow('the method "emitZipkinBatch"');
  });
});

describe('bytes of a sender of Jaeger', () => {
  it.each([
    ['post_spans', postSpans(BATCH)],
    ['proto', protoSpan(KAFKA_SPAN)],
    ['json', KAFKA_JSON],
    ['thrift', THRIFT_BODY],
    ['agent_compact', COMPACT_DATAGRAM],
    ['agent_binary', BINARY_DATAGRAM],
  ] as const)('are a whole request or malformed, however they change: %s', (format, bytes) => {
    let taken = 0;
    for (let at = 0; at < bytes.length; at += 1) {
      const changed = Buffer.from(bytes);
      changed[at] = (changed[at] ?? 0) ^ (1 << (at % 8));
      for (const candidate of [changed, changed.subarray(0, at)]) {
        try {
          scanRequest('traces', readJaeger(format, candidate));
          taken += 1;
        } catch (error) {
          expect(error).toBeInstanceOf(MalformedError);
        }
      }
    }
    expect(taken).toBeGreaterThan(0);
  });

  it('are refused when they are a bomb of empty spans', () => {
    const inner = Buffer.alloc(2 * 600_000);
    for (let at = 0; at < inner.length; at += 2) inner[at] = 0x0a;
    const length = Buffer.of(
      0x80 | (inner.length & 127),
      0x80 | ((inner.length >> 7) & 127),
      inner.length >> 14,
    );
    const bomb = Buffer.concat([Buffer.of(0x0a), length, inner]);
    expect(() => read('post_spans', bomb)).toThrow('more than 500000 elements');
  });
});
