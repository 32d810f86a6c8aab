import {
  type Counter,
  createNoopMeter,
  type Histogram,
  type Meter,
  type MeterProvider,
  metrics,
  type Observable,
  type UpDownCounter,
} from '@opentelemetry/api';
import type { Signal } from '@sonde/proto';
import type { MetricsLevel } from '../config/telemetry-metrics.ts';

const METER_NAME = 'sonde/pipeline';

/** What the Collector calls the items of a signal in its metric names. */
const ITEM_NOUNS: Readonly<Record<Signal, string>> = {
  traces: 'spans',
  metrics: 'metric_points',
  logs: 'log_records',
  profiles: 'samples',
};

export interface InstrumentOptions {
  readonly unit: string;
  readonly description: string;
  /** The least level of `service.telemetry.metrics` that has it; default `basic`. */
  readonly level?: Exclude<MetricsLevel, 'none'>;
}

export interface HistogramOptions extends InstrumentOptions {
  /** Upper bounds of the buckets, ascending. */
  readonly buckets?: readonly number[];
}

const LEVELS: readonly MetricsLevel[] = ['none', 'basic', 'normal', 'detailed'];

/**
 * The engine's own instruments, one of each name; those above the level are there and count
 * nothing. Asks the API for its meter when it is made: a process registers its meter provider
 * first, or hands one in.
 */
export class OwnTelemetry {
  readonly meter: Meter;
  readonly #level: MetricsLevel;
  readonly #silent: Meter = createNoopMeter();
  readonly #counters = new Map<string, Counter>();
  readonly #levels = new Map<string, UpDownCounter>();
  readonly #gauges = new Map<string, Observable>();
  readonly #histograms = new Map<string, Histogram>();

  constructor(
    provider: MeterProvider = metrics.getMeterProvider(),
    level: MetricsLevel = 'detailed',
  ) {
    this.#level = level;
    this.meter = level === 'none' ? this.#silent : provider.getMeter(METER_NAME);
  }

  /** `otelcol_receiver_accepted` and `traces` make `otelcol_receiver_accepted_spans`. */
  itemCounter(name: string, signal: Signal, description: string): Counter {
    const noun = ITEM_NOUNS[signal];
    return this.counter(`${name}_${noun}`, { unit: `{${noun}}`, description });
  }

  counter(name: string, options: InstrumentOptions): Counter {
    const known = this.#counters.get(name);
    if (known !== undefined) return known;
    const counter = this.#meterFor(options).createCounter(name, described(options));
    this.#counters.set(name, counter);
    return counter;
  }

  /** A level that is told when it rises and falls; shown as a gauge. */
  upDownCounter(name: string, options: InstrumentOptions): UpDownCounter {
    const known = this.#levels.get(name);
    if (known !== undefined) return known;
    const counter = this.#meterFor(options).createUpDownCounter(name, described(options));
    this.#levels.set(name, counter);
    return counter;
  }

  /** A gauge that is read when metrics are collected. */
  gauge(name: string, options: InstrumentOptions): Observable {
    const known = this.#gauges.get(name);
    if (known !== undefined) return known;
    const gauge = this.#meterFor(options).createObservableGauge(name, described(options));
    this.#gauges.set(name, gauge);
    return gauge;
  }

  histogram(name: string, options: HistogramOptions): Histogram {
    const known = this.#histograms.get(name);
    if (known !== undefined) return known;
    const { buckets } = options;
    const histogram = this.#meterFor(options).createHistogram(name, {
      ...described(options),
      ...(buckets === undefined ? {} : { advice: { explicitBucketBoundaries: [...buckets] } }),
    });
    this.#histograms.set(name, histogram);
    return histogram;
  }

  #meterFor({ level = 'basic' }: InstrumentOptions): Meter {
    return LEVELS.indexOf(level) <= LEVELS.indexOf(this.#level) ? this.meter : this.#silent;
  }
}

function described({ unit, description }: InstrumentOptions): {
  readonly unit: string;
  readonly description: string;
} {
  return { unit, description };
}
