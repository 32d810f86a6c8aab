import {
  ExplicitHistogram,
  ExponentialHistogram,
  type MetricPart,
  type SeriesHistogram,
  wholeCount,
} from '@sonde/metric-series';
import type {
  ExponentialHistogramPoint,
  HistogramPoint,
  KeyValue,
  Metric,
  NumberPoint,
} from '@sonde/proto';
import type { ServiceGraphConfig } from './config.ts';
import type { Edge } from './edge.ts';

interface Series {
  readonly tenant: string;
  attributes: readonly KeyValue[];
  lastSeenUnixMs: number;
  requests: number;
  failed: number;
  readonly client: SeriesHistogram;
  readonly server: SeriesHistogram;
}

const NANO_PER_MS = 1_000_000;
const MS_PER_SECOND = 1000;
const CUMULATIVE = 2;
/** A series that no call was added to for so long is forgotten. */
const STALE_MS = 15 * 60_000;
/** Series of all tenants; calls that would make one more are told in one without names. */
const SERIES_MAX = 50_000;
const SERIES_PER_PART_MAX = 1000;
const OVERFLOW: readonly KeyValue[] = [{ key: 'otel.metric.overflow', value: { boolValue: true } }];

const DEFAULT_BOUNDS = [
  0.002, 0.004, 0.006, 0.008, 0.01, 0.05, 0.1, 0.2, 0.4, 0.8, 1, 1.4, 2, 5, 10, 15,
];

/** What calls between services were like since the start. */
export class EdgeSeries {
  readonly #config: ServiceGraphConfig;
  readonly #newHistogram: () => SeriesHistogram;
  readonly #startUnixMs: number;
  readonly #series = new Map<string, Series>();

  constructor(config: ServiceGraphConfig, startUnixMs: number) {
    this.#config = config;
    this.#startUnixMs = startUnixMs;
    const size = config.exponential_histogram_max_size;
    const bounds =
      config.latency_histogram_buckets?.map((ms) => ms / MS_PER_SECOND) ?? DEFAULT_BOUNDS;
    this.#newHistogram =
      size === 0 ? () => new ExplicitHistogram(bounds) : () => new ExponentialHistogram(size);
  }

  /** False where it was told without names, because there are too many. */
  add(edge: Edge, nowUnixMs: number): boolean {
    const key = this.#keyOf(edge);
    const isTooMany = !this.#series.has(key) && this.#series.size >= SERIES_MAX;
    const of = isTooMany ? JSON.stringify([edge.tenant]) : key;
    const series = this.#series.get(of) ?? this.#create(of, edge.tenant);
    series.attributes = isTooMany ? OVERFLOW : this.#attributesOf(edge);
    series.lastSeenUnixMs = nowUnixMs;
    series.requests += edge.weight;
    if (edge.isFailed) series.failed += edge.weight;
    series.server.observe(edge.serverSeconds, edge.weight);
    series.client.observe(edge.clientSeconds, edge.weight);
    return !isTooMany;
  }

  forgetStale(nowUnixMs: number): void {
    for (const [key, { lastSeenUnixMs }] of this.#series) {
      if (lastSeenUnixMs + STALE_MS < nowUnixMs) this.#series.delete(key);
    }
  }

  parts(nowUnixMs: number): readonly MetricPart[] {
    const byTenant = new Map<string, Series[]>();
    for (const series of this.#series.values()) {
      const of = byTenant.get(series.tenant) ?? [];
      byTenant.set(series.tenant, of);
      of.push(series);
    }
    return [...byTenant].flatMap(([tenant, all]) => {
      const parts: MetricPart[] = [];
      for (let from = 0; from < all.length; from += SERIES_PER_PART_MAX) {
        const some = all.slice(from, from + SERIES_PER_PART_MAX);
        parts.push({ tenant, attributes: [], metrics: this.#metricsOf(some, nowUnixMs) });
      }
      return parts;
    });
  }

  #create(key: string, tenant: string): Series {
    const [client, server] = [this.#newHistogram(), this.#newHistogram()];
    const figures = { requests: 0, failed: 0, client, server };
    const series: Series = { tenant, attributes: [], lastSeenUnixMs: 0, ...figures };
    this.#series.set(key, series);
    return series;
  }

  /** What upstream keeps series apart by: not by `virtual_node`. */
  #keyOf({ tenant, client, server, connectionType, isFailed, dimensions }: Edge): string {
    const values = this.#config.dimensions.flatMap((name) =>
      ['client', 'server'].map((side) => dimensions.get(`${side}_${name}`) ?? null),
    );
    return JSON.stringify([tenant, client, server, connectionType, isFailed, ...values]);
  }

  #attributesOf(edge: Edge): readonly KeyValue[] {
    const all = new Map<string, string | boolean>([
      ['client', edge.client],
      ['server', edge.server],
      ['connection_type', edge.connectionType],
      ['failed', edge.isFailed],
      ...edge.dimensions,
    ]);
    if (this.#config.virtual_node_extra_label) all.set('virtual_node', edge.virtualNode);
    return [...all].map(([key, value]) => ({
      key,
      value: typeof value === 'string' ? { stringValue: value } : { boolValue: value },
    }));
  }

  #metricsOf(all: readonly Series[], nowUnixMs: number): readonly Metric[] {
    const offset = this.#config.metrics_timestamp_offset;
    const headOf = ({ attributes }: Series) => ({
      attributes,
      startTimeUnixNano: BigInt(Math.round(this.#startUnixMs)) * BigInt(NANO_PER_MS),
      timeUnixNano: BigInt(Math.round((nowUnixMs - offset) * NANO_PER_MS)),
    });
    const count = (name: string, figure: 'requests' | 'failed'): Metric[] => {
      const some = figure === 'requests' ? all : all.filter(({ failed }) => failed > 0);
      const dataPoints = some.map(
        (series): NumberPoint => ({ ...headOf(series), asInt: wholeCount(series[figure]) }),
      );
      return dataPoints.length === 0 ? [] : [sumOf(`traces_service_graph_${name}`, dataPoints)];
    };
    const seconds = (side: 'client' | 'server'): Metric => {
      const points = all.map((series) => series[side].point(headOf(series)));
      return histogramOf(`traces_service_graph_request_${side}`, points);
    };
    return [
      ...count('request_total', 'requests'),
      ...count('request_failed_total', 'failed'),
      seconds('server'),
      seconds('client'),
    ];
  }
}

function sumOf(name: string, dataPoints: readonly NumberPoint[]): Metric {
  return { name, sum: { dataPoints, aggregationTemporality: CUMULATIVE, isMonotonic: true } };
}

function histogramOf(
  name: string,
  points: readonly (HistogramPoint | ExponentialHistogramPoint)[],
): Metric {
  const exponential = points.filter((point) => 'scale' in point);
  const explicit = points.filter((point): point is HistogramPoint => !('scale' in point));
  const aggregationTemporality = CUMULATIVE;
  return {
    name,
    unit: 's',
    ...(exponential.length > 0
      ? { exponentialHistogram: { dataPoints: exponential, aggregationTemporality } }
      : { histogram: { dataPoints: explicit, aggregationTemporality } }),
  };
}
