import { jsonToProtobuf } from '@sonde/proto';
import { RECEIVED_UNIX_MS } from './engine.ts';

export interface SpanOptions {
  readonly count: number;
  /** A trace id for each span. Default: all in one trace. */
  readonly traceOf?: (index: number) => number;
  readonly nameOf?: (index: number) => string;
  readonly keyOf?: (index: number) => string;
  readonly startUnixMs?: (index: number) => number;
}

const id = (value: number, digits: number): string =>
  (value + 1).toString(16).padStart(digits, '0');

export const nanos = (unixMs: number): string => (BigInt(unixMs) * 1_000_000n).toString();

/** Server spans of the service `shop`, a millisecond long; every tenth is an error. */
export function spansRequest(options: SpanOptions): Uint8Array {
  const {
    traceOf = () => 0,
    nameOf = () => 'GET /',
    startUnixMs = () => RECEIVED_UNIX_MS,
  } = options;
  const spans = Array.from({ length: options.count }, (_, i) => ({
    traceId: id(traceOf(i), 32),
    spanId: id(i, 16),
    name: nameOf(i),
    kind: 2,
    startTimeUnixNano: nanos(startUnixMs(i)),
    endTimeUnixNano: nanos(startUnixMs(i) + 1),
    status: i % 10 === 0 ? { code: 2 } : {},
    attributes: [
      { key: options.keyOf?.(i) ?? 'http.route', value: { stringValue: `/route/${i % 7}` } },
    ],
  }));
  return jsonToProtobuf(
    'traces',
    JSON.stringify({
      resourceSpans: [
        {
          resource: { attributes: [{ key: 'service.name', value: { stringValue: 'shop' } }] },
          scopeSpans: [{ scope: { name: 'test' }, spans }],
        },
      ],
    }),
  );
}

export function logsRequest(records: readonly Readonly<Record<string, unknown>>[]): Uint8Array {
  return jsonToProtobuf(
    'logs',
    JSON.stringify({
      resourceLogs: [
        {
          resource: { attributes: [{ key: 'service.name', value: { stringValue: 'shop' } }] },
          scopeLogs: [{ scope: { name: 'test' }, logRecords: records }],
        },
      ],
    }),
  );
}

/** Points of a gauge, `series` of them, each with the same time. */
export function gaugeRequest(series: number): Uint8Array {
  const dataPoints = Array.from({ length: series }, (_, i) => ({
    timeUnixNano: nanos(RECEIVED_UNIX_MS),
    asInt: String(i),
    attributes: [{ key: 'cpu', value: { intValue: String(i) } }],
  }));
  return jsonToProtobuf(
    'metrics',
    JSON.stringify({
      resourceMetrics: [
        {
          resource: { attributes: [{ key: 'service.name', value: { stringValue: 'shop' } }] },
          scopeMetrics: [
            { scope: { name: 'test' }, metrics: [{ name: 'load', gauge: { dataPoints } }] },
          ],
        },
      ],
    }),
  );
}
