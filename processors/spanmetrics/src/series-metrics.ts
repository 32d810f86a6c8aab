import { type MetricPart, type SeriesHistogram, wholeCount } from '@sonde/metric-series';
import type { Exemplar, HistogramPoint, Metric, NumberPoint } from '@sonde/proto';
import { DELTA, type SpanMetricsConfig } from './config.ts';
import type { DeltaTimes } from './delta-times.ts';
import { SERIES_PER_PART_MAX } from './limits.ts';
import type { ResourceSeries, Sum } from './resource-series.ts';
import type { Series, SeriesTable } from './series-table.ts';

const NANO_PER_MS = 1_000_000n;
/** In OTLP. */
const TEMPORALITY = { delta: 1, cumulative: 2 } as const;

export interface FlushTime {
  readonly nowUnixMs: number;
  /** Nothing follows: a series is told as it is, not from 0 on. */
  readonly isLast: boolean;
}

/** Makes metrics of what is held of resources. */
export class SeriesMetrics {
  readonly #config: SpanMetricsConfig;
  readonly #isDelta: boolean;
  readonly #deltas: DeltaTimes;

  constructor(config: SpanMetricsConfig, deltas: DeltaTimes) {
    this.#config = config;
    this.#isDelta = config.aggregation_temporality === DELTA;
    this.#deltas = deltas;
  }

  /** Parts of a size that a request can have. */
  partsOf(key: string, resource: ResourceSeries, time: FlushTime): readonly MetricPart[] {
    const { tenant, attributes } = resource;
    const metrics = this.#metricsOf(key, resource, time);
    if (this.#isDelta) this.#deltas.settle(key, time.nowUnixMs);
    const slices = Math.max(1, ...metrics.map(({ length }) => length));
    return Array.from({ length: slices }, (_, slice) => ({
      tenant,
      attributes,
      metrics: metrics.flatMap((of) => of[slice] ?? []),
    }));
  }

  /** Of each metric the parts of its points. */
  #metricsOf(
    key: string,
    { calls, durations, events }: ResourceSeries,
    time: FlushTime,
  ): readonly (readonly Metric[])[] {
    const { histogram, events: ofEvents } = this.#config;
    const point = pointMaker(key, time, this.#isDelta ? this.#deltas : undefined);
    const sums = (table: SeriesTable<Sum>, name: string): readonly Metric[] =>
      slicesOf(table, (series, of) => this.#sumPoint(series, point(series, of), time)).map(
        (dataPoints) => this.#sum(name, dataPoints),
      );
    const durationPoints = slicesOf(durations, (series: Series<SeriesHistogram>, of) => {
      return series.figures.point(point(series, of));
    });
    return [
      sums(calls, 'calls'),
      histogram.disable ? [] : durationPoints.map((points) => this.#durations(points)),
      ofEvents.enabled ? sums(events, 'events') : [],
    ];
  }

  #sumPoint(series: Series<Sum>, head: PointFields, { isLast }: FlushTime): NumberPoint {
    // A series begins with 0, or Prometheus sees no increase from nothing to its first value.
    const isStart = !this.#isDelta && series.isNew && !isLast;
    series.isNew = false;
    return { ...head, asInt: isStart ? 0 : wholeCount(series.figures.total) };
  }

  #sum(name: string, dataPoints: readonly NumberPoint[]): Metric {
    const aggregationTemporality = this.#temporality;
    return {
      name: this.#name(name),
      sum: { dataPoints, aggregationTemporality, isMonotonic: true },
    };
  }

  #durations(points: readonly ReturnType<SeriesHistogram['point']>[]): Metric {
    const aggregationTemporality = this.#temporality;
    const head = { name: this.#name('duration'), unit: this.#config.histogram.unit };
    const exponential = points.filter((point) => 'scale' in point);
    if (this.#config.histogram.exponential !== undefined) {
      return { ...head, exponentialHistogram: { dataPoints: exponential, aggregationTemporality } };
    }
    const dataPoints = points.filter((point): point is HistogramPoint => !('scale' in point));
    return { ...head, histogram: { dataPoints, aggregationTemporality } };
  }

  get #temporality(): number {
    return this.#isDelta ? TEMPORALITY.delta : TEMPORALITY.cumulative;
  }

  #name(name: string): string {
    return this.#config.namespace === '' ? name : `${this.#config.namespace}.${name}`;
  }
}

interface PointFields {
  readonly attributes: NonNullable<NumberPoint['attributes']>;
  readonly startTimeUnixNano: bigint;
  readonly timeUnixNano: bigint;
  readonly exemplars: readonly Exemplar[];
}

type PointMaker = (
  series: Pick<Series<unknown>, 'attributes' | 'exemplars' | 'startUnixMs'>,
  seriesKey: string,
) => PointFields;

function pointMaker(
  resourceKey: string,
  { nowUnixMs }: FlushTime,
  deltas: DeltaTimes | undefined,
): PointMaker {
  const timeUnixNano = BigInt(nowUnixMs) * NANO_PER_MS;
  return ({ attributes, exemplars, startUnixMs }, seriesKey) => {
    const start = deltas?.startOf(resourceKey, seriesKey) ?? startUnixMs;
    const startTimeUnixNano = BigInt(start) * NANO_PER_MS;
    const told = exemplars.map((exemplar) => ({ ...exemplar, timeUnixNano }));
    return { attributes, startTimeUnixNano, timeUnixNano, exemplars: told };
  };
}

/** The points of a metric in slices; a metric without points has one that is empty. */
function slicesOf<F, P>(
  { series }: SeriesTable<F>,
  point: (series: Series<F>, key: string) => P,
): readonly (readonly P[])[] {
  const points = [...series].map(([key, each]) => point(each, key));
  const slices: P[][] = [points.slice(0, SERIES_PER_PART_MAX)];
  for (let from = SERIES_PER_PART_MAX; from < points.length; from += SERIES_PER_PART_MAX) {
    slices.push(points.slice(from, from + SERIES_PER_PART_MAX));
  }
  return slices;
}
