import {
  ExplicitHistogram,
  ExponentialHistogram,
  type SeriesHistogram,
} from '@sonde/metric-series';
import type { KeyValue } from '@sonde/proto';
import type { HistogramConfig, SpanMetricsConfig, Unit } from './config.ts';
import { type SeriesBudget, SeriesTable } from './series-table.ts';

/** A sum of weights. */
export interface Sum {
  total: number;
}

/** What is known of one resource of one tenant. */
export interface ResourceSeries {
  readonly tenant: string;
  readonly attributes: readonly KeyValue[];
  readonly calls: SeriesTable<Sum>;
  readonly durations: SeriesTable<SeriesHistogram>;
  readonly events: SeriesTable<Sum>;
  lastSeenUnixMs: number;
}

export type ResourceHead = Pick<ResourceSeries, 'tenant' | 'attributes' | 'lastSeenUnixMs'>;

const DEFAULT_BUCKETS_MS = [
  2, 4, 6, 8, 10, 50, 100, 200, 400, 800, 1000, 1400, 2000, 5000, 10_000, 15_000,
];

const MS_PER_UNIT: Readonly<Record<Unit, number>> = { ms: 1, s: 1000 };

/** Makes what is held of a resource. */
export function resourceSeriesFactory(
  { histogram, aggregation_cardinality_limit: limit }: SpanMetricsConfig,
  budget: SeriesBudget,
): (head: ResourceHead) => ResourceSeries {
  const newHistogram = histogramFactory(histogram);
  const sums = (): SeriesTable<Sum> =>
    new SeriesTable({ limit, budget, figures: () => ({ total: 0 }) });
  return (head) => ({
    ...head,
    calls: sums(),
    durations: new SeriesTable({ limit, budget, figures: newHistogram }),
    events: sums(),
  });
}

function histogramFactory({ exponential, explicit, unit }: HistogramConfig): () => SeriesHistogram {
  if (exponential !== undefined) return () => new ExponentialHistogram(exponential.max_size);
  // A section without buckets has none, as upstream.
  const bucketsMs = explicit === undefined ? DEFAULT_BUCKETS_MS : (explicit.buckets ?? []);
  const bounds = bucketsMs.map((ms) => ms / MS_PER_UNIT[unit]);
  return () => new ExplicitHistogram(bounds);
}

export function clearSeries({ calls, durations, events }: ResourceSeries): void {
  for (const table of [calls, durations, events]) table.clear();
}
