import {
  encodeRequest,
  type KeyValue,
  type NumberPoint,
  type Metric as OtlpMetric,
} from '@sonde/proto';
import type { HostResource } from './host-resource.ts';
import type { Metric, Point } from './metric.ts';

/** `AGGREGATION_TEMPORALITY_CUMULATIVE`. */
const CUMULATIVE = 2;

const NANOSECONDS_PER_MS = 1_000_000n;

/** What one scraper produced. */
export interface ScrapedMetrics {
  /** The scraper's name; becomes the scope `sonde/hostmetrics/<name>`. */
  readonly scraper: string;
  readonly metrics: readonly Metric[];
}

export interface ScrapeTimes {
  readonly unixMs: number;
  /** When the kernel's counters began; undefined when unknown. */
  readonly bootUnixMs: number | undefined;
}

export interface EncodedMetrics {
  /** An `ExportMetricsServiceRequest`. */
  readonly bytes: Uint8Array;
  readonly itemCount: number;
}

/** One request of one resource, a scope a scraper. */
export function encodeMetrics(
  resource: HostResource,
  scraped: readonly ScrapedMetrics[],
  times: ScrapeTimes,
): EncodedMetrics {
  let itemCount = 0;
  const scopeMetrics = scraped.map(({ scraper, metrics }) => {
    for (const metric of metrics) itemCount += metric.points.length;
    return {
      scope: { name: `sonde/hostmetrics/${scraper}` },
      metrics: metrics.map((metric) => toOtlp(metric, times)),
    };
  });
  const bytes = encodeRequest('metrics', {
    resourceMetrics: [{ resource: { attributes: attributes(resource) }, scopeMetrics }],
  });
  return { bytes, itemCount };
}

function toOtlp({ definition, points }: Metric, times: ScrapeTimes): OtlpMetric {
  const { name, description, unit, kind, valueType } = definition;
  const timeUnixNano = nanoseconds(times.unixMs);
  const isSum = kind !== 'gauge';
  const start =
    isSum && times.bootUnixMs !== undefined
      ? { startTimeUnixNano: nanoseconds(times.bootUnixMs) }
      : {};
  const dataPoints = points.map(
    (point): NumberPoint => ({
      attributes: attributes(point.attributes),
      ...start,
      timeUnixNano,
      ...value(point, valueType),
    }),
  );
  const head = { name, description, unit };
  if (!isSum) return { ...head, gauge: { dataPoints } };
  const isMonotonic = kind === 'counter';
  return { ...head, sum: { dataPoints, aggregationTemporality: CUMULATIVE, isMonotonic } };
}

function value(
  point: Point,
  valueType: 'int' | 'double',
): { asInt: bigint } | { asDouble: number } {
  return valueType === 'int'
    ? { asInt: BigInt(Math.round(point.value)) }
    : { asDouble: point.value };
}

function attributes(record: Readonly<Record<string, string>>): KeyValue[] {
  return Object.entries(record).map(([key, text]) => ({ key, value: { stringValue: text } }));
}

function nanoseconds(unixMs: number): bigint {
  return BigInt(Math.round(unixMs)) * NANOSECONDS_PER_MS;
}
