import { clientInfo, Telemetry } from '@sonde/pipeline';
import { decodeRequests, type EncodedRequest, encodeRequest, type Signal } from '@sonde/proto';

export const RECEIVED_MS = 1_750_000_000_000;

/** A request of so many log records, each with a body of so many characters. */
export function logsRequest(items: number, bodyLength: number): EncodedRequest {
  const logRecords = Array.from({ length: items }, (_, index) => ({
    body: { stringValue: `${index}`.padEnd(bodyLength, '.') },
  }));
  const attributes = [{ key: 'service.name', value: { stringValue: 'shop' } }];
  const bytes = encodeRequest('logs', {
    resourceLogs: [{ resource: { attributes }, scopeLogs: [{ logRecords }] }],
  });
  return requestOf('logs', bytes, items);
}

/** A request of one resource, with a log record for each trace id; '' for none. */
export function logsOf(
  resource: Readonly<Record<string, string>>,
  traceIds: readonly string[],
): EncodedRequest {
  const attributes = Object.entries(resource).map(([key, stringValue]) => ({
    key,
    value: { stringValue },
  }));
  const logRecords = traceIds.map((traceId) => ({
    body: { stringValue: 'line' },
    ...(traceId === '' ? {} : { traceId }),
  }));
  const bytes = encodeRequest('logs', {
    resourceLogs: [{ resource: { attributes }, scopeLogs: [{ logRecords }] }],
  });
  return requestOf('logs', bytes, traceIds.length);
}

export function requestOf(signal: Signal, bytes: Uint8Array, itemCount: number): EncodedRequest {
  return { signal, bytes, itemCount, tenant: 'acme', receivedUnixMs: RECEIVED_MS };
}

export function telemetryOf(...requests: readonly EncodedRequest[]): Telemetry {
  const signal = requests[0]?.signal ?? 'traces';
  return new Telemetry({ signal, requests, decode: (some) => decodeRequests(signal, some) });
}

/** Of a client that sent these headers. */
export function sentWith(
  headers: Readonly<Record<string, string>>,
  ...requests: readonly EncodedRequest[]
): Telemetry {
  const client = clientInfo({
    metadata: new Map(Object.entries(headers).map(([name, value]) => [name, [value]])),
  });
  const signal = requests[0]?.signal ?? 'traces';
  return new Telemetry({
    signal,
    requests,
    client,
    decode: (some) => decodeRequests(signal, some),
  });
}
