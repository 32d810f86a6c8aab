import {
  encodeRequest,
  type HistogramPoint,
  type KeyValue,
  type Metric,
  type MetricsRequest,
  type NumberPoint,
} from '@sonde/proto';
import { POINTS_PER_REQUEST } from '../limits.ts';
import type { MetricDefinition } from './definitions.ts';
import type { Series } from './series.ts';

/** `AGGREGATION_TEMPORALITY_CUMULATIVE`. */
const CUMULATIVE = 2;
const NS_PER_MS = 1_000_000;

export const SCOPE = { name: 'sonde/ebpf' } as const;

export interface EncodedMetrics {
  /** An `ExportMetricsServiceRequest`. */
  readonly bytes: Uint8Array;
  readonly itemCount: number;
}

type ResourceMetrics = MetricsRequest['resourceMetrics'][number];

/** What has metrics: a service, the host. */
export interface Measured {
  readonly resource: readonly KeyValue[];
  points(): Iterable<readonly [MetricDefinition, readonly Series[]]>;
}

/** What each of them did, as requests of at most `POINTS_PER_REQUEST` points (and one of them). */
export function encodeMetrics(
  measured: readonly Measured[],
  nowUnixMs: number,
): readonly EncodedMetrics[] {
  const times = { nowUnixMs, offsetMs: nowUnixMs - performance.now() };
  const requests: EncodedMetrics[] = [];
  let waiting: ResourceMetrics[] = [];
  let points = 0;
  const flush = (): void => {
    if (points === 0) return;
    const bytes = encodeRequest('metrics', { resourceMetrics: waiting });
    requests.push({ bytes, itemCount: points });
    waiting = [];
    points = 0;
  };
  for (const one of measured) {
    const metrics = metricsOf(one, times);
    const count = metrics.reduce((total, metric) => total + metric.count, 0);
    if (points + count > POINTS_PER_REQUEST) flush();
    points += count;
    waiting.push({
      resource: { attributes: one.resource },
      scopeMetrics: [{ scope: SCOPE, metrics: metrics.map(({ metric }) => metric) }],
    });
  }
  flush();
  return requests;
}

interface Times {
  readonly nowUnixMs: number;
  /** From `performance.now()` to the epoch. */
  readonly offsetMs: number;
}

function metricsOf(
  measured: Measured,
  times: Times,
): readonly { readonly metric: Metric; readonly count: number }[] {
  return [...measured.points()].map(([definition, series]) => ({
    metric: toOtlp(definition, series, times),
    count: series.length,
  }));
}

/** Units whose numbers are no counts. */
const FRACTIONAL_UNITS = ['s', '1', '{cpu}'];

function toOtlp(definition: MetricDefinition, series: readonly Series[], times: Times): Metric {
  const { name, description, unit, kind, bounds } = definition;
  const head = { name, description, unit };
  if (kind === 'histogram') {
    const dataPoints = series.map((one) => histogramPoint(one, bounds, times));
    return { ...head, histogram: { dataPoints, aggregationTemporality: CUMULATIVE } };
  }
  const isFractional = FRACTIONAL_UNITS.includes(unit);
  const dataPoints = series.map(
    (one): NumberPoint => ({
      ...point(one, times),
      ...(isFractional ? { asDouble: one.sum } : { asInt: one.sum }),
    }),
  );
  if (kind === 'gauge') return { ...head, gauge: { dataPoints } };
  const isMonotonic = kind === 'counter';
  return { ...head, sum: { dataPoints, aggregationTemporality: CUMULATIVE, isMonotonic } };
}

function point(
  { attributes, startMs }: Series,
  { nowUnixMs, offsetMs }: Times,
): Pick<NumberPoint, 'attributes' | 'startTimeUnixNano' | 'timeUnixNano'> {
  return {
    attributes,
    startTimeUnixNano: nanoseconds(startMs + offsetMs),
    timeUnixNano: nanoseconds(nowUnixMs),
  };
}

function histogramPoint(
  series: Series,
  explicitBounds: readonly number[],
  times: Times,
): HistogramPoint {
  const { count, sum, min, max, buckets } = series;
  const bucketCounts = [...buckets];
  // What the kernel counted itself has no extremes.
  const extremes = Number.isFinite(min) ? { min, max } : {};
  return { ...point(series, times), count, sum, ...extremes, bucketCounts, explicitBounds };
}

function nanoseconds(unixMs: number): bigint {
  return BigInt(Math.round(unixMs)) * BigInt(NS_PER_MS);
}
