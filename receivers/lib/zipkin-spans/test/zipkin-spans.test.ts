import { MalformedError, scanRequest } from '@sonde/proto';
import { type PlainSpan, spansOf } from '@sonde/wire-formats/test/collector-traces';
import { describe, expect, it } from 'vitest';
import { readZipkin, type ZipkinFormat } from '../src/index.ts';
import { asProtobuf, json, V1_SPANS, V1_THRIFT, V2_SPANS, v2Protobuf } from './payloads.ts';

const OPTIONS = { parseStringTags: false, receivedUnixMs: 1_800_000_000_000 };

function read(format: ZipkinFormat, bytes: Uint8Array, options = OPTIONS): readonly PlainSpan[] {
  return spansOf([readZipkin(format, bytes, options)]);
}

function single(raw: object, options = OPTIONS): PlainSpan {
  const base = { traceId: 'a', id: 'b', timestamp: 1, localEndpoint: { serviceName: 's' } };
  const [span] = read('v2_json', json({ ...base, ...raw }), options);
  if (span === undefined) throw new Error('no span');
  return span;
}

describe('spans of Zipkin v2', () => {
  it('become OTLP with kind, times, peer, events and resource', () => {
    const [span] = read('v2_json', json(V2_SPANS[0] ?? {}));
    expect(span).toEqual({
      traceId: '4d1e00c0db9010db86154a4ba6e91385',
      spanId: '0000000000000001',
      parentSpanId: '00000000000000aa',
      name: 'get /',
      kind: 3,
      startTimeUnixNano: '1790000000123456000',
      endTimeUnixNano: '1790000000124956000',
      attributes: {
        'http.path': { stringValue: '/' },
        'http.status_code': { stringValue: '200' },
        'network.local.address': { stringValue: '10.1.2.3' },
        'net.host.port': { intValue: '8080' },
        'service.peer.name': { stringValue: 'stock' },
        'network.peer.address': { stringValue: '2001:db8::1' },
        'net.peer.port': { intValue: '9000' },
      },
      events: [{ name: 'sent', timeUnixNano: '1790000000123461000' }],
      resource: { 'service.name': { stringValue: 'shop' } },
      scope: {},
    });
  });

  it('are the same from protobuf', () => {
    const timed = V2_SPANS.filter((span) => 'timestamp' in span && !('shared' in span)).slice(1);
    const fromJson = read('v2_json', json(...timed));
    expect(read('v2_protobuf', v2Protobuf(...timed.map(asProtobuf)))).toEqual(fromJson);
  });

  it('keep what somebody wrote with bars and is no packed event or link', () => {
    const value = 'a|{"b":|c';
    const span = single({ annotations: [{ timestamp: 2, value }], tags: { 'otlp.link.0': 'x|y' } });
    expect(span['events']).toMatchObject([{ name: value }]);
    expect(span['attributes']).toEqual({ 'otlp.link.0': { stringValue: 'x|y' } });
  });

  it('of one service with other resource tags are of another resource, and lose none', () => {
    const tags = [{ 'host.name': 'a' }, { 'host.name': 'b' }, {}];
    const spans = tags.map((each, index) => ({
      traceId: 'a',
      id: String(index + 1),
      localEndpoint: { serviceName: 's' },
      tags: each,
    }));
    const found = read('v2_json', json(...spans)).map(({ resource }) => resource);
    const service = { 'service.name': { stringValue: 's' } };
    expect(found).toEqual([
      { ...service, 'host.name': { stringValue: 'a' } },
      { ...service, 'host.name': { stringValue: 'b' } },
      service,
    ]);
  });

  it('have tags as numbers and booleans where that is wanted', () => {
    const tags = { a: '-12', b: '1.50', c: 'true', d: '12a', e: '', f: '99999999999999999999' };
    const { attributes } = single({ tags }, { ...OPTIONS, parseStringTags: true });
    expect(attributes).toEqual({
      a: { intValue: '-12' },
      b: { doubleValue: 1.5 },
      c: { boolValue: 'true' },
      d: { stringValue: '12a' },
      e: { stringValue: '' },
      f: { intValue: '9223372036854775807' },
    });
  });

  it.each([
    ['{', 'malformed Zipkin JSON'],
    ['{}', 'it is no list of spans'],
    ['[1]', 'span 0 is no object'],
    ['[{"traceId":"a"}]', 'valid span id required'],
    ['[{"traceId":"xyz","id":"1"}]', 'traceId is no hex'],
    ['[{"traceId":"1","id":"12345678901234567"}]', 'id is no hex of 16 digits'],
    ['[{"traceId":"1","id":"1","timestamp":-1}]', 'timestamp is negative'],
    ['[{"traceId":"1","id":"1","tags":{"a":1}}]', 'span 0.tags: a is no text'],
    ['[{"traceId":"1","id":"1","localEndpoint":{"ipv4":"x"}}]', 'ipv4 is no address'],
  ])('are refused in words: %s', (body, words) => {
    expect(() => read('v2_json', Buffer.from(body))).toThrow(words);
    expect(() => read('v2_json', Buffer.from(body))).toThrow(MalformedError);
  });

  it('in protobuf are refused for ids of other lengths', () => {
    const ids = { traceId: Buffer.alloc(8, 1), id: Buffer.alloc(8, 1) };
    expect(() => read('v2_protobuf', v2Protobuf(ids))).toThrow('has length 8 yet wanted length 16');
    const noId = { traceId: Buffer.alloc(16, 1) };
    expect(() => read('v2_protobuf', v2Protobuf(noId))).toThrow('expected a non-nil SpanID');
  });
});

describe('spans of Zipkin v1', () => {
  it('take kind, times and owner from their annotations', () => {
    const [span] = read('v1_json', json(V1_SPANS[0] ?? {}));
    expect(span).toMatchObject({
      kind: 3,
      startTimeUnixNano: '1790000000123456000',
      endTimeUnixNano: '1790000000123756000',
      status: { code: 2 },
      attributes: {
        'http.status_code': { stringValue: '404' },
        component: { stringValue: 'library' },
      },
      events: [{ name: 'event', timeUnixNano: '1790000000123466000' }],
      resource: {
        'service.name': { stringValue: 'front' },
        ipv4: { stringValue: '172.31.0.2' },
        port: { stringValue: '80' },
      },
    });
  });

  it('without any time are of the time of receipt, and say so', () => {
    const bare = { traceId: '00000000000000a1', id: '00000000000000b1', name: 'x' };
    const [span] = read('v1_json', json(bare));
    expect(span).toMatchObject({
      startTimeUnixNano: '1800000000000000000',
      attributes: { 'otel.zipkin.absentField.startTime': { boolValue: 'true' } },
      resource: { 'service.name': { stringValue: 'unknown-service' } },
    });
  });

  it('take the addresses that clients mark with true', () => {
    const span = {
      traceId: '00000000000000a1',
      id: '00000000000000b1',
      timestamp: 5,
      binaryAnnotations: [{ key: 'sa', value: true, endpoint: { serviceName: 'db' } }],
    };
    expect(read('v1_json', json(span))[0]).toMatchObject({
      attributes: { sa: { stringValue: 'true' } },
      resource: { 'service.name': { stringValue: 'db' } },
    });
  });

  it('are refused for ids that are none', () => {
    const refuse =
      (ids: object): (() => unknown) =>
      () =>
        read('v1_json', json(ids));
    expect(refuse({ traceId: 'a' })).toThrow('wrong length (expected 16 or 32)');
    expect(refuse({ traceId: '0'.repeat(16) })).toThrow('traceId is zero');
    expect(refuse({ traceId: '1'.repeat(16), id: '1' })).toThrow('wrong length (expected 16)');
  });
});

describe('bytes of a sender of Zipkin', () => {
  const INPUTS: readonly (readonly [ZipkinFormat, Uint8Array])[] = [
    ['v1_thrift', V1_THRIFT],
    ['v2_protobuf', v2Protobuf(...V2_SPANS.map(asProtobuf))],
    ['v1_json', json(...V1_SPANS)],
    ['v2_json', json(...V2_SPANS)],
  ];

  it.each(INPUTS)('are a whole request or malformed, however they change: %s', (format, bytes) => {
    let taken = 0;
    const step = Math.max(1, Math.floor(bytes.length / 400));
    for (let at = 0; at < bytes.length; at += step) {
      const changed = Buffer.from(bytes);
      changed[at] = (changed[at] ?? 0) ^ (1 << (at % 8));
      for (const candidate of [changed, changed.subarray(0, at)]) {
        try {
          scanRequest('traces', readZipkin(format, candidate, OPTIONS));
          taken += 1;
        } catch (error) {
          expect(error).toBeInstanceOf(MalformedError);
        }
      }
    }
    expect(taken).toBeGreaterThan(0);
  });

  it('are refused when they are a bomb of empty spans', () => {
    const bomb = Buffer.alloc(2 * 600_000);
    for (let at = 0; at < bomb.length; at += 2) bomb[at] = 0x0a;
    expect(() => read('v2_protobuf', bomb)).toThrow(MalformedError);
    const list = Buffer.from(`[${'{},'.repeat(500_001)}{}]`);
    expect(() => read('v2_json', list)).toThrow('more than 500000 elements');
  });
});
