import { randomUUID } from 'node:crypto';
import { type Counter, metrics } from '@opentelemetry/api';
import { FlushLoop, MetricOutlet, metricRequests } from '@sonde/metric-series';
import {
  type Consumer,
  type ConsumingComponent,
  type SignallessCreateSettings,
  SondeError,
  type Telemetry,
} from '@sonde/pipeline';
import { MalformedError } from '@sonde/proto';
import { DELTA, type SpanMetricsConfig } from './config.ts';
import { DeltaTimes } from './delta-times.ts';
import { ResourceCache } from './resource-cache.ts';
import { type ResourceSeries, resourceSeriesFactory } from './resource-series.ts';
import { SeriesMetrics } from './series-metrics.ts';
import { SeriesBudget } from './series-table.ts';
import { SpanAggregator } from './span-aggregator.ts';
import { SeriesNames } from './span-series.ts';

const SCOPE = 'spanmetricsconnector';

/** Adds spans up in memory and hands metrics on at each interval, and when it is shut down. */
export class SpanMetrics implements ConsumingComponent {
  readonly #config: SpanMetricsConfig;
  readonly #budget = new SeriesBudget();
  readonly #resources: ResourceCache;
  readonly #aggregator: SpanAggregator;
  readonly #metrics: SeriesMetrics;
  readonly #outlet: MetricOutlet;
  readonly #loop: FlushLoop;
  readonly #counters: Counters;
  #isLast = false;

  constructor(settings: SignallessCreateSettings, config: SpanMetricsConfig, next: Consumer) {
    const { id, logger } = settings;
    this.#config = config;
    const create = resourceSeriesFactory(config, this.#budget);
    this.#resources = new ResourceCache({ size: config.resource_metrics_cache_size, create });
    const names = new SeriesNames(config, randomUUID());
    this.#aggregator = new SpanAggregator(config, this.#resources, names);
    this.#metrics = new SeriesMetrics(config, new DeltaTimes(config.metric_timestamp_cache_size));
    this.#outlet = new MetricOutlet({ id, logger, next });
    this.#loop = new FlushLoop(config.metrics_flush_interval, () => this.#flush());
    this.#counters = new Counters(id);
    if (config.dimensions_cache_size !== 0) {
      logger.warn(
        'DimensionsCacheSize is deprecated, please use AggregationCardinalityLimit instead.',
      );
    }
  }

  async start(): Promise<void> {
    this.#loop.start();
  }

  async shutdown(deadline: AbortSignal): Promise<void> {
    this.#isLast = true;
    await this.#loop.stop(deadline);
    this.#outlet.close();
  }

  async consume(telemetry: Telemetry): Promise<void> {
    const nameless = this.#add(telemetry);
    this.#counters.nameless(nameless);
    this.#counters.overflowed(this.#budget.overflowed);
    this.#budget.overflowed = 0;
    if (this.#config.metrics_flush_interval === 0) await this.#loop.now();
  }

  #add(telemetry: Telemetry): number {
    try {
      const columns = telemetry.columns();
      if (columns.signal !== 'traces') return 0;
      return this.#aggregator.add(columns, Date.now());
    } catch (error) {
      if (!(error instanceof MalformedError)) throw error;
      throw new SondeError('INVALID_DATA', error.message, { cause: error });
    }
  }

  async #flush(): Promise<void> {
    const nowUnixMs = Date.now();
    const time = { nowUnixMs, isLast: this.#isLast };
    const parts = [...this.#resources.all()].flatMap(([key, resource]) =>
      this.#metrics.partsOf(key, resource, time),
    );
    this.#settle(nowUnixMs);
    await this.#outlet.send(metricRequests(parts, { scope: SCOPE, receivedUnixMs: nowUnixMs }));
  }

  /** What was told is over: deltas, exemplars, and what was not seen for too long. */
  #settle(nowUnixMs: number): void {
    const { metrics_expiration: expiration, aggregation_temporality: temporality } = this.#config;
    if (temporality === DELTA) {
      this.#resources.forget(() => false);
      return;
    }
    this.#resources.forget(
      ({ lastSeenUnixMs }) => expiration === 0 || nowUnixMs - lastSeenUnixMs < expiration,
    );
    for (const [, resource] of this.#resources.all()) this.#settleSeries(resource, nowUnixMs);
  }

  #settleSeries({ calls, durations, events }: ResourceSeries, nowUnixMs: number): void {
    const { series_expiration: expiration, exemplars } = this.#config;
    for (const table of [calls, durations, events]) {
      if (expiration > 0) table.expire(nowUnixMs - expiration);
      if (!exemplars.enabled) continue;
      for (const series of table.series.values()) series.exemplars = [];
    }
  }
}

class Counters {
  readonly #labels: { readonly connector: string };
  readonly #nameless: Counter;
  readonly #overflowed: Counter;

  constructor(connector: string) {
    this.#labels = { connector };
    const meter = metrics.getMeter('@sonde/connector-spanmetrics');
    this.#nameless = meter.createCounter('sonde_connector_spanmetrics_nameless_spans', {
      description: 'Spans in no series because their resource has no service.name.',
      unit: '{span}',
    });
    this.#overflowed = meter.createCounter('sonde_connector_spanmetrics_overflowed', {
      description: 'Times that a span or event was counted in a series of what is over a limit.',
      unit: '{time}',
    });
  }

  nameless(spans: number): void {
    if (spans > 0) this.#nameless.add(spans, this.#labels);
  }

  overflowed(times: number): void {
    if (times > 0) this.#overflowed.add(times, this.#labels);
  }
}
