import {
  type Counter,
  type Meter,
  type MeterProvider,
  metrics,
  type Observable,
} from '@opentelemetry/api';
import type { Signal } from '@sonde/proto';

const METER_NAME = 'sonde/pipeline';

/** What the Collector calls the items of a signal in its metric names. */
const ITEM_NOUNS: Readonly<Record<Signal, string>> = {
  traces: 'spans',
  metrics: 'metric_points',
  logs: 'log_records',
  profiles: 'samples',
};

/**
 * The engine's own instruments, one of each name. Asks the API for its meter when it is made: a
 * process registers its meter provider first, or hands one in.
 */
export class OwnTelemetry {
  readonly meter: Meter;
  readonly #counters = new Map<string, Counter>();
  readonly #gauges = new Map<string, Observable>();

  constructor(provider: MeterProvider = metrics.getMeterProvider()) {
    this.meter = provider.getMeter(METER_NAME);
  }

  /** `otelcol_receiver_accepted` and `traces` make `otelcol_receiver_accepted_spans`. */
  itemCounter(name: string, signal: Signal, description: string): Counter {
    const noun = ITEM_NOUNS[signal];
    return this.counter(`${name}_${noun}`, { unit: `{${noun}}`, description });
  }

  counter(name: string, options: { readonly unit: string; readonly description: string }): Counter {
    const known = this.#counters.get(name);
    if (known !== undefined) return known;
    const counter = this.meter.createCounter(name, options);
    this.#counters.set(name, counter);
    return counter;
  }

  /** A gauge that is read when metrics are collected. */
  gauge(
    name: string,
    options: { readonly unit: string; readonly description: string },
  ): Observable {
    const known = this.#gauges.get(name);
    if (known !== undefined) return known;
    const gauge = this.meter.createObservableGauge(name, options);
    this.#gauges.set(name, gauge);
    return gauge;
  }
}
