import {
  binary,
  bool,
  encodeThrift,
  i16,
  i32,
  i64,
  list,
  struct,
  type ThriftValue,
} from '@sonde/wire-formats/test/thrift-writer';
import protobuf from 'protobufjs';

/** openzipkin/zipkin-api, zipkin.proto. */
const { root } = protobuf.parse(`
  syntax = "proto3";
  package zipkin.proto3;
  message Span {
    bytes trace_id = 1; bytes parent_id = 2; bytes id = 3;
    enum Kind { SPAN_KIND_UNSPECIFIED = 0; CLIENT = 1; SERVER = 2; PRODUCER = 3; CONSUMER = 4; }
    Kind kind = 4; string name = 5; fixed64 timestamp = 6; uint64 duration = 7;
    Endpoint local_endpoint = 8; Endpoint remote_endpoint = 9;
    repeated Annotation annotations = 10; map<string, string> tags = 11;
    bool debug = 12; bool shared = 13;
  }
  message Endpoint { string service_name = 1; bytes ipv4 = 2; bytes ipv6 = 3; int32 port = 4; }
  message Annotation { fixed64 timestamp = 1; string value = 2; }
  message ListOfSpans { repeated Span spans = 1; }`);
const ListOfSpans = root.lookupType('zipkin.proto3.ListOfSpans');

export function v2Protobuf(...spans: readonly object[]): Uint8Array {
  return ListOfSpans.encode(ListOfSpans.fromObject({ spans })).finish();
}

export const json = (...spans: readonly object[]): Uint8Array => Buffer.from(JSON.stringify(spans));

const START = 1_790_000_000_123_456;
const TRACE = '4d1e00c0db9010db86154a4ba6e91385';
const local = { serviceName: 'shop', ipv4: '10.1.2.3', port: 8080 };

/** One span for each rule of the translation. */
export const V2_SPANS: readonly object[] = [
  {
    traceId: TRACE,
    id: '0000000000000001',
    parentId: '00000000000000aa',
    kind: 'CLIENT',
    name: 'get /',
    timestamp: START,
    duration: 1500,
    localEndpoint: local,
    remoteEndpoint: { serviceName: 'stock', ipv6: '2001:db8:0:0:0:0:0:1', port: 9000 },
    annotations: [{ timestamp: START + 5, value: 'sent' }],
    tags: { 'http.path': '/', 'http.status_code': '200' },
  },
  {
    traceId: 'db86154a4ba6e91385',
    id: '2',
    parentId: '2',
    kind: 'SERVER',
    shared: true,
    name: 'shared',
    timestamp: START,
    localEndpoint: { ...local, ipv6: '::ffff:10.1.2.3' },
    tags: { error: 'true' },
  },
  {
    traceId: TRACE,
    id: '3',
    kind: 'PRODUCER',
    name: 'error text',
    timestamp: START,
    localEndpoint: local,
    tags: { error: 'timeout', 'otel.status_code': 'Ok', 'otel.status_description': 'said' },
  },
  {
    traceId: TRACE,
    id: '4',
    name: 'internal',
    timestamp: START,
    duration: 7,
    localEndpoint: local,
    tags: {
      'span.kind': 'internal',
      'otel.status_code': 'STATUS_CODE_OK',
      'w3c.tracestate': 'a=b',
    },
  },
  { traceId: TRACE, id: '5', name: 'no time', duration: 100, localEndpoint: local },
  {
    traceId: TRACE,
    id: '6',
    kind: 'CONSUMER',
    name: 'from the exporter',
    timestamp: START,
    localEndpoint: { serviceName: 'queue' },
    annotations: [
      { timestamp: START, value: 'named|{"count":3,"ratio":0.5,"ok":true,"text":"a|b"}|2' },
    ],
    tags: {
      'otel.scope.name': 'lib',
      'otel.scope.version': '1.2',
      'service.namespace': 'prod',
      'otlp.link.0': `${TRACE}|00000000000000ff|x=y|{"why":"retry"}|1`,
    },
  },
  {
    traceId: TRACE,
    id: '7',
    name: 'old scope',
    timestamp: START,
    localEndpoint: { serviceName: 'batch' },
    tags: { 'otel.library.name': 'old', 'otlp.service.name.source': 'k8s.deployment.name' },
  },
  { traceId: TRACE, id: '8', name: 'nobody', timestamp: START },
];

function endpointOf(raw: unknown): object | undefined {
  if (typeof raw !== 'object' || raw === null) return undefined;
  const { serviceName = '', ipv4, port = 0 }: Record<string, unknown> = { ...raw };
  const bytes = typeof ipv4 === 'string' ? { ipv4: Buffer.from(ipv4.split('.').map(Number)) } : {};
  return { serviceName, port, ...bytes };
}

const idOf = (raw: unknown, digits: number): Buffer =>
  Buffer.from(String(raw).padStart(digits, '0'), 'hex');

/** A span of the JSON model as protobufjs wants it (IPv6 addresses left out). */
export function asProtobuf(span: object): object {
  const raw: Record<string, unknown> = { ...span };
  return {
    ...raw,
    traceId: idOf(raw['traceId'], 32),
    id: idOf(raw['id'], 16),
    ...(raw['parentId'] === undefined ? {} : { parentId: idOf(raw['parentId'], 16) }),
    localEndpoint: endpointOf(raw['localEndpoint']),
    remoteEndpoint: endpointOf(raw['remoteEndpoint']),
  };
}

const front = { serviceName: 'front', ipv4: '172.31.0.2', ipv6: '', port: 80 };
const at = (value: string, micros: number, endpoint: object = front): object => ({
  timestamp: START + micros,
  value,
  endpoint,
});

export const V1_SPANS: readonly object[] = [
  {
    traceId: '0ed2e63cbe71f5a8',
    name: 'client',
    id: '0000000000000011',
    parentId: 'fee1deadfee1dead',
    annotations: [at('cs', 0), at('event', 10), at('cr', 300)],
    binaryAnnotations: [
      { key: 'http.status_code', value: '404', endpoint: front },
      { key: 'lc', value: 'library', endpoint: front },
    ],
  },
  {
    traceId: TRACE,
    name: 'server',
    id: '0000000000000012',
    timestamp: START,
    duration: 50,
    annotations: [at('sr', 0), at('ss', 40)],
    binaryAnnotations: [
      { key: 'error', value: 'boom' },
      { key: 'census.status_description', value: 'it broke' },
    ],
  },
  {
    traceId: TRACE,
    name: 'local',
    id: '0000000000000013',
    timestamp: START,
    duration: 1,
    binaryAnnotations: [{ key: 'lc', value: 'worker', endpoint: { serviceName: 'jobs' } }],
  },
  {
    traceId: TRACE,
    name: 'ok',
    id: '0000000000000014',
    timestamp: START,
    duration: 1,
    annotations: [at('ms', 0, { serviceName: 'queue' })],
    binaryAnnotations: [
      { key: 'census.status_code', value: '0' },
      { key: 'http.status_message', value: 'fine' },
    ],
  },
];

const host = (service: string): ThriftValue =>
  struct([1, i32(0x0a010203)], [2, i16(8080)], [3, binary(service)]);

const mark = (micros: number, value: string): ThriftValue =>
  struct([1, i64(BigInt(START + micros))], [2, binary(value)], [3, host('thrifty')]);

const annotated = (key: string, value: Uint8Array, type: number): ThriftValue =>
  struct([1, binary(key)], [2, binary(value)], [3, i32(type)], [4, host('thrifty')]);

const bytes = (...values: readonly number[]): Uint8Array => Uint8Array.from(values);

/** zipkincore.thrift. */
export const V1_THRIFT: Uint8Array = encodeThrift(
  'binary',
  list(
    'struct',
    struct(
      [1, i64(0x1234n)],
      [3, binary('thrift span')],
      [4, i64(0x21n)],
      [5, i64(-1n)],
      [6, list('struct', mark(0, 'sr'), mark(20, 'cache miss'), mark(90, 'ss'))],
      [
        8,
        list(
          'struct',
          annotated('flag', bytes(1), 0),
          annotated('raw', bytes(1, 2, 255), 1),
          annotated('short', bytes(0, 9), 2),
          annotated('int', bytes(0, 0, 1, 0), 3),
          annotated('long', bytes(0, 0, 0, 1, 0, 0, 0, 0), 4),
          annotated('real', bytes(0x3f, 0xe0, 0, 0, 0, 0, 0, 0), 5),
          annotated('text', Buffer.from('käse'), 6),
          annotated('cut', bytes(1), 4),
        ),
      ],
      [9, bool(true)],
      [10, i64(BigInt(START))],
      [11, i64(90n)],
      [12, i64(0x55n)],
    ),
  ),
);
