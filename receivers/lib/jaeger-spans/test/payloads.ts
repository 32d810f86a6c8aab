import {
  binary,
  bool,
  double,
  encodeCall,
  encodeThrift,
  i32,
  i64,
  list,
  struct,
  type ThriftValue,
} from '@sonde/wire-formats/test/thrift-writer';
import protobuf from 'protobufjs';

/** jaegertracing/jaeger-idl, proto/api_v2/model.proto and collector.proto. */
const { root } = protobuf.parse(`
  syntax = "proto3";
  package jaeger.api_v2;
  enum ValueType { STRING = 0; BOOL = 1; INT64 = 2; FLOAT64 = 3; BINARY = 4; }
  message KeyValue {
    string key = 1; ValueType v_type = 2; string v_str = 3; bool v_bool = 4;
    int64 v_int64 = 5; double v_float64 = 6; bytes v_binary = 7;
  }
  message Timestamp { int64 seconds = 1; int32 nanos = 2; }
  message Log { Timestamp timestamp = 1; repeated KeyValue fields = 2; }
  enum SpanRefType { CHILD_OF = 0; FOLLOWS_FROM = 1; }
  message SpanRef { bytes trace_id = 1; bytes span_id = 2; SpanRefType ref_type = 3; }
  message Process { string service_name = 1; repeated KeyValue tags = 2; }
  message Span {
    bytes trace_id = 1; bytes span_id = 2; string operation_name = 3;
    repeated SpanRef references = 4; uint32 flags = 5; Timestamp start_time = 6;
    Timestamp duration = 7; repeated KeyValue tags = 8; repeated Log logs = 9;
    Process process = 10; string process_id = 11; repeated string warnings = 12;
  }
  message Batch { repeated Span spans = 1; Process process = 2; }
  message PostSpansRequest { Batch batch = 1; }`);
const PostSpansRequest = root.lookupType('jaeger.api_v2.PostSpansRequest');
const Span = root.lookupType('jaeger.api_v2.Span');

export function postSpans(batch: object): Uint8Array {
  return PostSpansRequest.encode(PostSpansRequest.fromObject({ batch })).finish();
}

export function protoSpan(span: object): Uint8Array {
  return Span.encode(Span.fromObject(span)).finish();
}

const TRACE = Buffer.from('4d1e00c0db9010db86154a4ba6e91385', 'hex');
const OTHER = Buffer.from('ffffffffffffffffffffffffffffffff', 'hex');
const id = (number: number): Buffer => Buffer.from(number.toString(16).padStart(16, '0'), 'hex');
const startTime = { seconds: 1_790_000_000, nanos: 123_456_789 };
const duration = { seconds: 1, nanos: 500 };

export const text = (key: string, vStr: string): object => ({ key, vType: 0, vStr });
const flag = (key: string, vBool: boolean): object => ({ key, vType: 1, vBool });
const integer = (key: string, vInt64: number): object => ({ key, vType: 2, vInt64 });

const PROCESS = {
  serviceName: 'shop',
  tags: [text('hostname', 'node-1'), text('jaeger.version', 'Go-2.30'), integer('pid', 7)],
};

const span = (number: number, operationName: string, more: object = {}): object => ({
  traceId: TRACE,
  spanId: id(number),
  operationName,
  startTime,
  duration,
  ...more,
});

/** One span for each rule of the translation. */
export const SPANS: readonly object[] = [
  span(1, 'all values', {
    flags: 1,
    tags: [
      text('span.kind', 'client'),
      flag('yes', true),
      integer('many', -5),
      { key: 'half', vType: 3, vFloat64: 0.5 },
      { key: 'raw', vType: 4, vBinary: Buffer.of(0, 255) },
      text('w3c.tracestate', 'a=b'),
    ],
    logs: [
      { timestamp: startTime, fields: [text('event', 'cache'), text('key', 'k1')] },
      { timestamp: startTime },
    ],
  }),
  span(2, 'references', {
    references: [
      { traceId: TRACE, spanId: id(90), refType: 1 },
      { traceId: TRACE, spanId: id(91), refType: 0 },
      { traceId: OTHER, spanId: id(92), refType: 1 },
    ],
  }),
  span(3, 'follower', { references: [{ traceId: TRACE, spanId: id(93), refType: 1 }] }),
  span(4, 'error', { tags: [flag('error', true), text('otel.status_description', 'broke')] }),
  span(5, 'no error', { tags: [flag('error', false), text('otel.status_code', 'ok')] }),
  span(6, 'client 404', { tags: [text('span.kind', 'client'), integer('http.status_code', 404)] }),
  span(7, 'server 404', { tags: [text('span.kind', 'server'), integer('http.status_code', 404)] }),
  span(8, 'server 500', {
    tags: [
      text('span.kind', 'server'),
      text('http.response.status_code', '500'),
      text('http.status_message', 'oh'),
    ],
  }),
  span(9, 'scope', {
    tags: [text('otel.scope.name', 'lib'), text('otel.scope.version', '2'), text('x', 'y')],
  }),
  span(10, 'own process', { process: { serviceName: 'other', tags: [] } }),
  span(11, 'error wins', { tags: [flag('error', true), text('otel.status_code', 'OK')] }),
];

export const BATCH: object = { process: PROCESS, spans: SPANS };

/** A message of Kafka: the span has its process. */
export const KAFKA_SPAN: object = { ...span(12, 'from kafka', { flags: 1 }), process: PROCESS };

/** The same as protobuf's JSON writes it. */
export const KAFKA_JSON: Uint8Array = Buffer.from(
  JSON.stringify({
    traceId: TRACE.toString('base64'),
    spanId: id(12).toString('base64'),
    operationName: 'from kafka',
    flags: 1,
    startTime: '2026-09-21T14:13:20.123456789Z',
    duration: '1.000000500s',
    process: {
      serviceName: 'shop',
      tags: [
        { key: 'hostname', vStr: 'node-1' },
        { key: 'jaeger.version', vType: 'STRING', vStr: 'Go-2.30' },
        { key: 'pid', vType: 'INT64', vInt64: '7' },
      ],
    },
  }),
);

const MICROS = 1_790_000_000_123_456n;
const tag = (key: string, type: number, field: number, value: ThriftValue): ThriftValue =>
  struct([1, binary(key)], [2, i32(type)], [field, value]);
const thriftText = (key: string, value: string): ThriftValue => tag(key, 0, 3, binary(value));

const thriftSpan = (
  number: bigint,
  name: string,
  ...more: readonly (readonly [number, ThriftValue])[]
): ThriftValue =>
  struct(
    [1, i64(0x86154a4ba6e91385n - 2n ** 64n)],
    [2, i64(0x4d1e00c0db9010dbn)],
    [3, i64(number)],
    [4, i64(0n)],
    [5, binary(name)],
    ...more,
  );

const TIMES = [
  [7, i32(1)],
  [8, i64(MICROS)],
  [9, i64(1500n)],
] as const;

/** `Batch` of jaeger.thrift. */
export const THRIFT_BATCH: ThriftValue = struct(
  [1, struct([1, binary('thrifty')], [2, list('struct', thriftText('hostname', 'node-2'))])],
  [
    2,
    list(
      'struct',
      thriftSpan(
        0x31n,
        'all values',
        ...TIMES,
        [
          10,
          list(
            'struct',
            thriftText('span.kind', 'server'),
            tag('half', 1, 4, double(0.5)),
            tag('error', 2, 5, bool(true)),
            tag('many', 3, 6, i64(-5n)),
            tag('raw', 4, 7, binary(Uint8Array.of(0, 255))),
            thriftText('otel.scope.name', 'stays'),
          ),
        ],
        [
          11,
          list('struct', struct([1, i64(MICROS)], [2, list('struct', thriftText('event', 'x'))])),
        ],
      ),
      thriftSpan(
        0x32n,
        'references',
        [
          6,
          list(
            'struct',
            struct(
              [1, i32(0)],
              [2, i64(0x86154a4ba6e91385n - 2n ** 64n)],
              [3, i64(0x4d1e00c0db9010dbn)],
              [4, i64(0x90n)],
            ),
            struct([1, i32(1)], [2, i64(1n)], [3, i64(2n)], [4, i64(0x91n)]),
          ),
        ],
        ...TIMES,
      ),
    ),
  ],
);

export const THRIFT_BODY: Uint8Array = encodeThrift('binary', THRIFT_BATCH);
export const COMPACT_DATAGRAM: Uint8Array = encodeCall('compact', 'emitBatch', [1, THRIFT_BATCH]);
export const BINARY_DATAGRAM: Uint8Array = encodeCall('binary', 'emitBatch', [1, THRIFT_BATCH]);
