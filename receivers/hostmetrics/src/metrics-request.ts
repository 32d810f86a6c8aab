import {
  encodeRequest,
  type KeyValue,
  type NumberPoint,
  type Metric as OtlpMetric,
} from '@sonde/proto';
import type { HostResource } from './host-resource.ts';
import type { Metric, Point } from './metric.ts';
import type { ResourceMetrics } from './scraper.ts';

/** `AGGREGATION_TEMPORALITY_CUMULATIVE`. */
const CUMULATIVE = 2;

const NANOSECONDS_PER_MS = 1_000_000n;

/** What one scraper produced. */
export interface ScrapedMetrics {
  /** The scraper's name; becomes the scope `sonde/hostmetrics/<name>`. */
  readonly scraper: string;
  readonly metrics: readonly Metric[];
  readonly resources: readonly ResourceMetrics[];
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

/** One request: the host's resource with a scope a scraper, and what are resources of their own. */
export function encodeMetrics(
  resource: HostResource,
  scraped: readonly ScrapedMetrics[],
  times: ScrapeTimes,
): EncodedMetrics {
  let itemCount = 0;
  const scopeOf = (scraper: string, metrics: readonly Metric[], started: ScrapeTimes) => {
    for (const metric of metrics) itemCount += metric.points.length;
    return {
      scope: { name: `sonde/hostmetrics/${scraper}` },
      metrics: metrics.map((metric) => toOtlp(metric, started)),
    };
  };
  const own = scraped.filter(({ metrics }) => metrics.length > 0);
  const host = {
    resource: { attributes: attributes(resource) },
    scopeMetrics: own.map(({ scraper, metrics }) => scopeOf(scraper, metrics, times)),
  };
  const others = scraped.flatMap(({ scraper, resources }) =>
    resources.map(({ attributes: more, startUnixMs, metrics }) => ({
      resource: { attributes: attributes({ ...resource, ...more }) },
      scopeMetrics: [scopeOf(scraper, metrics, { ...times, bootUnixMs: startUnixMs })],
    })),
  );
  const resourceMetrics = own.length > 0 ? [host, ...others] : others;
  return { bytes: encodeRequest('metrics', { resourceMetrics }), itemCount };
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

function attributes(record: Readonly<Record<string, string | number>>): KeyValue[] {
  return Object.entries(record).map(([key, value]) => ({
    key,
    value: typeof value === 'string' ? { stringValue: value } : { intValue: value },
  }));
}

function nanoseconds(unixMs: number): bigint {
  return BigInt(Math.round(unixMs)) * NANOSECONDS_PER_MS;
}
