import { decodeRequests, encodeRequest, type Signal } from '@sonde/proto';
import { Telemetry } from './telemetry.ts';

const NANOS = '1544712660300000001';

/** A request of so many spans, log records or data points. */
export function requestBytes(signal: Signal, items = 1): Uint8Array {
  const names = Array.from({ length: items }, (_, index) => `item ${index}`);
  const resource = { attributes: [{ key: 'service.name', value: { stringValue: 'shop' } }] };
  switch (signal) {
    case 'traces': {
      const spans = names.map((name) => ({
        traceId: '01'.repeat(16),
        spanId: '02'.repeat(8),
        name,
        startTimeUnixNano: NANOS,
        endTimeUnixNano: NANOS,
      }));
      return encodeRequest('traces', { resourceSpans: [{ resource, scopeSpans: [{ spans }] }] });
    }
    case 'logs': {
      const logRecords = names.map((name) => ({ body: { stringValue: name } }));
      return encodeRequest('logs', { resourceLogs: [{ resource, scopeLogs: [{ logRecords }] }] });
    }
    case 'metrics': {
      const metrics = names.map((name) => ({
        name,
        gauge: { dataPoints: [{ timeUnixNano: NANOS, asInt: 5 }] },
      }));
      const scopeMetrics = [{ metrics }];
      return encodeRequest('metrics', { resourceMetrics: [{ resource, scopeMetrics }] });
    }
    default:
      // A resource with a scope with a profile that says nothing.
      return Buffer.concat(names.map(() => Buffer.from('0a0412021200', 'hex')));
  }
}

/** These requests, of one item each, of the tenant `default`. */
export function telemetryOf(signal: Signal, ...requests: readonly Uint8Array[]): Telemetry {
  return new Telemetry({
    signal,
    requests: requests.map((bytes) => ({
      signal,
      bytes,
      itemCount: 1,
      tenant: 'default',
      receivedUnixMs: 1,
    })),
    decode: (all) => decodeRequests(signal, all),
  });
}
