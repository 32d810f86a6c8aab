import {
  JsonLogsSerializer,
  JsonTraceSerializer,
  ProtobufLogsSerializer,
  ProtobufMetricsSerializer,
  ProtobufTraceSerializer,
} from '@opentelemetry/otlp-transformer';
import { describe, expect, it } from 'vitest';
import { decodeRequests, encodeExportResponse, jsonToProtobuf, type Signal } from '../src/index.ts';
import { columnsRows } from './oracle/columns-rows.ts';
import type { Row } from './oracle/rows.ts';

/** What the OpenTelemetry SDK for JavaScript writes, by its own serializers. */
type SdkSpan = Parameters<typeof ProtobufTraceSerializer.serializeRequest>[0][number];
type SdkLog = Parameters<typeof ProtobufLogsSerializer.serializeRequest>[0][number];

const resource: SdkSpan['resource'] = {
  attributes: { 'service.name': 'checkout', 'process.pid': 7, 'process.command_args': ['a', 'b'] },
  merge: () => resource,
  getRawAttributes: () => [],
};
const instrumentationScope = { name: '@opentelemetry/instrumentation-http', version: '0.222.0' };
const spanContext = {
  traceId: '0af7651916cd43dd8448eb211c80319c',
  spanId: 'b7ad6b7169203331',
  traceFlags: 1,
};

const span: SdkSpan = {
  name: 'GET /käse',
  kind: 1,
  spanContext: () => spanContext,
  startTime: [1_764_000_000, 123_456_789],
  endTime: [1_764_000_001, 1],
  status: { code: 2, message: 'no' },
  attributes: { 'http.response.status_code': 503, ratio: 0.5, ok: false, tags: ['x', 'y'] },
  links: [{ context: { ...spanContext, spanId: '00f067aa0ba902b7' }, attributes: { a: 1 } }],
  events: [{ name: 'exception', time: [1_764_000_000, 5], attributes: { 'exception.type': 'E' } }],
  duration: [0, 1],
  ended: true,
  resource,
  instrumentationScope,
  droppedAttributesCount: 1,
  droppedEventsCount: 2,
  droppedLinksCount: 3,
};

const log: SdkLog = {
  hrTime: [1_764_000_000, 123_456_789],
  hrTimeObserved: [1_764_000_000, 123_456_790],
  spanContext,
  severityText: 'WARN',
  severityNumber: 13,
  body: { message: 'disk is full', list: [1, 2.5, null], nested: { a: true } },
  eventName: 'disk.full',
  resource,
  instrumentationScope,
  attributes: { bytes: new Uint8Array([1, 2]), n: 5 },
  droppedAttributesCount: 4,
};

function rows(signal: Signal, bytes: Uint8Array | undefined): Row[] {
  if (bytes === undefined) throw new Error('the SDK wrote nothing');
  const request = { signal, bytes, itemCount: 1, tenant: 'default', receivedUnixMs: 1 };
  return columnsRows(decodeRequests(signal, [request]));
}

function json(signal: Signal, bytes: Uint8Array | undefined): Row[] {
  return rows(signal, jsonToProtobuf(signal, Buffer.from(bytes ?? []).toString()));
}

describe('what the JavaScript SDK sends', () => {
  it('as spans is read alike in protobuf and in JSON', () => {
    const read = rows('traces', ProtobufTraceSerializer.serializeRequest([span]));
    expect(read).toMatchObject([
      {
        name: Buffer.from('GET /käse').toString('latin1'),
        kind: 2,
        statusCode: 2,
        statusMessage: 'no',
        start: 1_764_000_000_123_456_789n.toString(16).padStart(16, '0'),
        droppedLinks: 3,
        scope: { name: instrumentationScope.name, version: '0.222.0' },
        resource: { attributes: [['service.name', ['stringValue', 'checkout']], {}, {}] },
        links: [{ spanId: Buffer.from('00f067aa0ba902b7', 'hex').toString('latin1') }],
        events: [{ name: 'exception' }],
      },
    ]);
    expect(json('traces', JsonTraceSerializer.serializeRequest([span]))).toEqual(read);
  });

  it('as log records is read alike in protobuf and in JSON', () => {
    const read = rows('logs', ProtobufLogsSerializer.serializeRequest([log]));
    expect(read).toMatchObject([
      { severityNumber: 13, severityText: 'WARN', eventName: 'disk.full', flags: 1, dropped: 4 },
    ]);
    expect(json('logs', JsonLogsSerializer.serializeRequest([log]))).toEqual(read);
  });

  it('can read the answers', () => {
    const partial = { rejectedItems: 2, errorMessage: 'too old' };
    expect(
      ProtobufTraceSerializer.deserializeResponse(
        encodeExportResponse('traces', 'protobuf', partial),
      ),
    ).toMatchObject({ partialSuccess: { rejectedSpans: 2, errorMessage: 'too old' } });
    expect(
      ProtobufMetricsSerializer.deserializeResponse(
        encodeExportResponse('metrics', 'protobuf', partial),
      ),
    ).toMatchObject({ partialSuccess: { rejectedDataPoints: 2, errorMessage: 'too old' } });
    expect(
      JsonLogsSerializer.deserializeResponse(encodeExportResponse('logs', 'json', partial)),
    ).toMatchObject({ partialSuccess: { errorMessage: 'too old' } });
  });
});
