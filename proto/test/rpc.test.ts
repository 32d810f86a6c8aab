import protobuf from 'protobufjs';
import { describe, expect, it } from 'vitest';
import { EXPORT_PATHS, encodeExportResponse, encodeStatus, RpcCode } from '../src/index.ts';

/** google/rpc/status.proto, code.proto and error_details.proto as far as OTLP uses them. */
const root = protobuf.parse(`
  syntax = "proto3";
  message Response { Partial partial_success = 1; }
  message Partial { int64 rejected = 1; string error_message = 2; }
  message Status { int32 code = 1; string message = 2; repeated Any details = 3; }
  message Any { string type_url = 1; bytes value = 2; }
  message BadRequest { repeated FieldViolation field_violations = 1; }
  message FieldViolation { string field = 1; string description = 2; }
  message RetryInfo { Duration retry_delay = 1; }
  message Duration { int64 seconds = 1; int32 nanos = 2; }
`).root;

function read(type: string, bytes: Uint8Array): Record<string, unknown> {
  const message = root.lookupType(type);
  return message.toObject(message.decode(bytes), { longs: Number });
}

const text = (bytes: Uint8Array): unknown => JSON.parse(Buffer.from(bytes).toString());

describe('export responses', () => {
  it('are empty when all was taken', () => {
    expect(encodeExportResponse('traces', 'protobuf')).toHaveLength(0);
    expect(text(encodeExportResponse('traces', 'json'))).toEqual({ partialSuccess: {} });
  });

  it('say what was rejected, under the name of the signal in JSON', () => {
    const partial = { rejectedItems: 3, errorMessage: 'too old' };
    for (const [signal, name] of [
      ['traces', 'rejectedSpans'],
      ['metrics', 'rejectedDataPoints'],
      ['logs', 'rejectedLogRecords'],
      ['profiles', 'rejectedProfiles'],
    ] as const) {
      expect(text(encodeExportResponse(signal, 'json', partial))).toEqual({
        partialSuccess: { [name]: '3', errorMessage: 'too old' },
      });
      expect(read('Response', encodeExportResponse(signal, 'protobuf', partial))).toEqual({
        partialSuccess: { rejected: 3, errorMessage: 'too old' },
      });
    }
  });

  it('can warn without rejecting', () => {
    const warning = { rejectedItems: 0, errorMessage: 'careful' };
    expect(text(encodeExportResponse('logs', 'json', warning))).toEqual({
      partialSuccess: { errorMessage: 'careful' },
    });
  });
});

describe('statuses', () => {
  const status = {
    code: RpcCode.unavailable,
    message: 'data refused due to high memory usage',
    violations: [{ field: 'byte 7', description: 'field number 0' }],
    retryAfterMs: 1500,
  };

  it('carry BadRequest and RetryInfo in protobuf', () => {
    const decoded = root.lookupType('Status').decode(encodeStatus(status, 'protobuf'));
    const { code, message, details } = root.lookupType('Status').toObject(decoded);
    expect([code, message]).toEqual([14, status.message]);
    expect(details[0].typeUrl).toBe('type.googleapis.com/google.rpc.BadRequest');
    expect(read('BadRequest', details[0].value)).toEqual({ fieldViolations: status.violations });
    expect(details[1].typeUrl).toBe('type.googleapis.com/google.rpc.RetryInfo');
    expect(read('RetryInfo', details[1].value)).toEqual({
      retryDelay: { seconds: 1, nanos: 500_000_000 },
    });
  });

  it('carry them in JSON as protobuf writes Any and Duration', () => {
    expect(text(encodeStatus(status, 'json'))).toEqual({
      code: 14,
      message: status.message,
      details: [
        {
          '@type': 'type.googleapis.com/google.rpc.BadRequest',
          fieldViolations: status.violations,
        },
        { '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '1.500s' },
      ],
    });
    expect(text(encodeStatus({ code: RpcCode.internal, message: 'no' }, 'json'))).toEqual({
      code: 13,
      message: 'no',
    });
  });

  it('cut long messages', () => {
    const bytes = encodeStatus(
      { code: RpcCode.internal, message: 'x'.repeat(1 << 20) },
      'protobuf',
    );
    expect(bytes.length).toBeLessThan(4096);
  });
});

describe('paths', () => {
  it('are those of the specification', () => {
    expect(EXPORT_PATHS.traces).toEqual({
      http: '/v1/traces',
      grpc: '/opentelemetry.proto.collector.trace.v1.TraceService/Export',
    });
    expect(EXPORT_PATHS.profiles.http).toBe('/v1development/profiles');
  });
});
