import { Telemetry, type TelemetryOptions } from '@sonde/pipeline';
import {
  decodeRequests,
  type EncodedRequest,
  jsonToProtobuf,
  protobufToJson,
  type Signal,
  scanRequest,
} from '@sonde/proto';

export interface RequestOptions {
  readonly tenant?: string;
  readonly receivedUnixMs?: number;
}

/** A request from OTLP/JSON. */
export function requestOf(
  signal: Signal,
  json: object,
  { tenant = 'default', receivedUnixMs = 1_764_000_000_000 }: RequestOptions = {},
): EncodedRequest {
  const bytes = jsonToProtobuf(signal, JSON.stringify(json));
  return { signal, bytes, itemCount: scanRequest(signal, bytes), tenant, receivedUnixMs };
}

/** A batch of requests of one signal. */
export function telemetryOf(
  requests: readonly [EncodedRequest, ...EncodedRequest[]],
  options: Pick<TelemetryOptions, 'source'> = {},
): Telemetry {
  const { signal } = requests[0];
  const decode = (some: readonly EncodedRequest[]) => decodeRequests(signal, some);
  return new Telemetry({ signal, requests, decode, ...options });
}

/** A batch of one log record, span or gauge, for contract suites. */
export function sampleTelemetry(signal: Signal): Telemetry {
  return telemetryOf([requestOf(signal, SAMPLES[signal])]);
}

const RESOURCE = { attributes: [{ key: 'service.name', value: { stringValue: 'shop' } }] };
const SAMPLES: Readonly<Record<Signal, object>> = {
  traces: {
    resourceSpans: [
      {
        resource: RESOURCE,
        scopeSpans: [
          { spans: [{ traceId: '1'.repeat(32), spanId: '2'.repeat(16), name: 'GET /' }] },
        ],
      },
    ],
  },
  logs: {
    resourceLogs: [
      { resource: RESOURCE, scopeLogs: [{ logRecords: [{ body: { stringValue: 'hello' } }] }] },
    ],
  },
  metrics: {
    resourceMetrics: [
      {
        resource: RESOURCE,
        scopeMetrics: [
          { metrics: [{ name: 'm', gauge: { dataPoints: [{ asDouble: 1, timeUnixNano: '1' }] } }] },
        ],
      },
    ],
  },
  profiles: { resourceProfiles: [] },
};

/** The requests of a batch as OTLP/JSON. */
export function jsonOf({ signal, requests }: Telemetry): unknown[] {
  return requests.map(({ bytes }): unknown => JSON.parse(protobufToJson(signal, bytes)));
}
