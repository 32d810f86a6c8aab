import {
  encodeRequest,
  type HistogramPoint,
  type Metric,
  type MetricsRequest,
  type NumberPoint,
} from '@sonde/proto';
import type { Workload } from '../entities/workload.ts';
import { POINTS_PER_REQUEST } from '../limits.ts';
import { type MetricDefinition, PROCESSES } from './definitions.ts';
import { newSeries, type Series } from './series.ts';

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

/** What every service did, as requests of at most `POINTS_PER_REQUEST` points (and one service). */
export function encodeWorkloads(
  workloads: readonly Workload[],
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
  for (const workload of workloads) {
    const metrics = metricsOf(workload, times);
    const count = metrics.reduce((total, metric) => total + metric.count, 0);
    if (points + count > POINTS_PER_REQUEST) flush();
    points += count;
    waiting.push({
      resource: { attributes: workload.resource },
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
  workload: Workload,
  times: Times,
): readonly { readonly metric: Metric; readonly count: number }[] {
  const processes = newSeries([], 0);
  processes.sum = workload.processes;
  return [
    { metric: toOtlp(PROCESSES, [processes], times), count: 1 },
    ...[...workload.metrics.entries()].map(([definition, series]) => ({
      metric: toOtlp(definition, [...series.values()], times),
      count: series.size,
    })),
  ];
}

function toOtlp(definition: MetricDefinition, series: readonly Series[], times: Times): Metric {
  const { name, description, unit, kind, bounds } = definition;
  const head = { name, description, unit };
  if (kind === 'histogram') {
    const dataPoints = series.map((one) => histogramPoint(one, bounds, times));
    return { ...head, histogram: { dataPoints, aggregationTemporality: CUMULATIVE } };
  }
  const dataPoints = series.map((one): NumberPoint => ({ ...point(one, times), asInt: one.sum }));
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
  return { ...point(series, times), count, sum, min, max, bucketCounts, explicitBounds };
}

function nanoseconds(unixMs: number): bigint {
  return BigInt(Math.round(unixMs)) * BigInt(NS_PER_MS);
}
