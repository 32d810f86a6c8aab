import type { KeyValue } from '@sonde/proto';
import { SERIES_PER_METRIC_MAX } from '../limits.ts';
import type { MetricDefinition } from './definitions.ts';
import { addValue, newSeries, type Series } from './series.ts';

/** Marks, as the OpenTelemetry SDKs do, what found no place of its own. */
const OVERFLOW_ATTRIBUTES: readonly KeyValue[] = [
  { key: 'otel.metric.overflow', value: { boolValue: true } },
];
const OVERFLOW_KEY = '\0overflow';

/** The numbers of one service: each metric a bounded number of series, the rest in one. */
export class WorkloadMetrics {
  readonly #byMetric = new Map<MetricDefinition, Map<string, Series>>();
  #seriesCount = 0;
  #overflowed = 0;

  get seriesCount(): number {
    return this.#seriesCount;
  }

  /** Values that went into an overflow series. */
  get overflowed(): number {
    return this.#overflowed;
  }

  /**
   * The series with that key; `attributes` are asked for when it is new. Callers may hold it until it
   * is expired.
   */
  series(metric: MetricDefinition, key: string, attributes: () => readonly KeyValue[]): Series {
    let ofMetric = this.#byMetric.get(metric);
    if (ofMetric === undefined) {
      ofMetric = new Map();
      this.#byMetric.set(metric, ofMetric);
    }
    const known = ofMetric.get(key);
    if (known !== undefined) return known;
    if (ofMetric.size < SERIES_PER_METRIC_MAX) {
      return this.#add(ofMetric, { key, metric, attributes: attributes() });
    }
    this.#overflowed++;
    return (
      ofMetric.get(OVERFLOW_KEY) ??
      this.#add(ofMetric, { key: OVERFLOW_KEY, metric, attributes: OVERFLOW_ATTRIBUTES })
    );
  }

  /** Adds a value: an observation of a histogram, an increment of a counter. */
  add(
    metric: MetricDefinition,
    { key, attributes }: { readonly key: string; readonly attributes: () => readonly KeyValue[] },
    value: number,
  ): void {
    addValue(this.series(metric, key, attributes), value, metric.bounds);
  }

  /** Says what a gauge is now. */
  set(
    metric: MetricDefinition,
    { key, attributes }: { readonly key: string; readonly attributes: () => readonly KeyValue[] },
    value: number,
  ): void {
    const series = this.series(metric, key, attributes);
    series.lastMs = performance.now();
    series.sum = value;
  }

  entries(): IterableIterator<[MetricDefinition, ReadonlyMap<string, Series>]> {
    return this.#byMetric.entries();
  }

  /** Forgets series that nothing was added to since; an open connection's stays. */
  expire(beforeMs: number): void {
    for (const [metric, ofMetric] of this.#byMetric) {
      for (const [key, series] of ofMetric) {
        if (series.lastMs >= beforeMs) continue;
        if (metric.kind === 'upDownCounter' && series.sum !== 0) continue;
        ofMetric.delete(key);
        series.isExpired = true;
        this.#seriesCount--;
      }
      if (ofMetric.size === 0) this.#byMetric.delete(metric);
    }
  }

  #add(
    ofMetric: Map<string, Series>,
    made: {
      readonly key: string;
      readonly metric: MetricDefinition;
      readonly attributes: readonly KeyValue[];
    },
  ): Series {
    const { bounds, kind } = made.metric;
    const series = newSeries(made.attributes, kind === 'histogram' ? bounds.length + 1 : 0);
    ofMetric.set(made.key, series);
    this.#seriesCount++;
    return series;
  }
}
