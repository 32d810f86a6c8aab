import { Telemetry } from '@sonde/pipeline';
import { decodeRequests, encodeRequest, type Signal, scanRequest } from '@sonde/proto';

const TIMES = { startTimeUnixNano: '1', endTimeUnixNano: '2' };

export interface DataOptions {
  readonly attributes?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** A request with one log record. */
export function logsBytes({ attributes = {}, body = 'hello' }: DataOptions = {}): Uint8Array {
  return encodeRequest('logs', {
    resourceLogs: [
      {
        resource: {
          attributes: Object.entries(attributes).map(([key, stringValue]) => ({
            key,
            value: { stringValue },
          })),
        },
        scopeLogs: [{ logRecords: [{ timeUnixNano: '1', body: { stringValue: body } }] }],
      },
    ],
  });
}

/** A request of `signal` with one item. */
export function requestBytes(signal: Signal): Uint8Array {
  switch (signal) {
    case 'traces': {
      const span = { traceId: '01'.repeat(16), spanId: '02'.repeat(8), name: 'GET /', ...TIMES };
      return encodeRequest('traces', { resourceSpans: [{ scopeSpans: [{ spans: [span] }] }] });
    }
    case 'metrics': {
      const metric = { name: 'queue', gauge: { dataPoints: [{ timeUnixNano: '1', asInt: 5 }] } };
      return encodeRequest('metrics', {
        resourceMetrics: [{ scopeMetrics: [{ metrics: [metric] }] }],
      });
    }
    case 'logs':
      return logsBytes();
    default:
      // A resource with a scope with a profile that says nothing.
      return Buffer.from('0a0412021200', 'hex');
  }
}

export function telemetryOf(signal: Signal, ...requests: readonly Uint8Array[]): Telemetry {
  return new Telemetry({
    signal,
    requests: requests.map((bytes) => ({
      signal,
      bytes,
      itemCount: scanRequest(signal, bytes),
      tenant: 'default',
      receivedUnixMs: 1,
    })),
    decode: (all) => decodeRequests(signal, all),
  });
}
