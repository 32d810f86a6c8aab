import type { Exemplar, KeyValue } from '@sonde/proto';
import { SERIES_MAX } from './limits.ts';

/** As OpenTelemetry's SDKs name the series of what came when there were too many. */
const OVERFLOW = 'otel.metric.overflow';

export interface Series<F> {
  readonly attributes: readonly KeyValue[];
  readonly figures: F;
  readonly isOverflow: boolean;
  exemplars: Exemplar[];
  startUnixMs: number;
  lastSeenUnixMs: number;
  /** False once it was handed on. */
  isNew: boolean;
}

/** Series that the whole connector holds. */
export class SeriesBudget {
  count = 0;
  /** Spans and events that were told in an overflow series. */
  overflowed = 0;
}

export interface SeriesTableOptions<F> {
  /** Series of this table at most, of which one more holds what is over; 0 is no limit of its own. */
  readonly limit: number;
  readonly budget: SeriesBudget;
  readonly figures: () => F;
}

/** The series of one metric of one resource. */
export class SeriesTable<F> {
  readonly #options: SeriesTableOptions<F>;
  readonly #series = new Map<string, Series<F>>();

  constructor(options: SeriesTableOptions<F>) {
    this.#options = options;
  }

  get series(): ReadonlyMap<string, Series<F>> {
    return this.#series;
  }

  take(key: string, attributes: () => readonly KeyValue[], nowUnixMs: number): Series<F> {
    const known = this.#series.get(key);
    if (known !== undefined) {
      known.lastSeenUnixMs = nowUnixMs;
      return known;
    }
    if (this.#isFull()) return this.#overflow(nowUnixMs);
    return this.#add(key, { attributes: attributes(), isOverflow: false }, nowUnixMs);
  }

  /** Forgets series that were not seen since then. */
  expire(beforeUnixMs: number): void {
    for (const [key, { lastSeenUnixMs }] of this.#series) {
      if (lastSeenUnixMs <= beforeUnixMs && this.#series.delete(key)) this.#options.budget.count--;
    }
  }

  clear(): void {
    this.#options.budget.count -= this.#series.size;
    this.#series.clear();
  }

  #isFull(): boolean {
    const { limit, budget } = this.#options;
    return (limit > 0 && this.#series.size >= limit) || budget.count >= SERIES_MAX;
  }

  #overflow(nowUnixMs: number): Series<F> {
    this.#options.budget.overflowed++;
    const known = this.#series.get(OVERFLOW);
    if (known === undefined) {
      const attributes = [{ key: OVERFLOW, value: { boolValue: true } }];
      return this.#add(OVERFLOW, { attributes, isOverflow: true }, nowUnixMs);
    }
    known.lastSeenUnixMs = nowUnixMs;
    return known;
  }

  #add(
    key: string,
    of: Pick<Series<F>, 'attributes' | 'isOverflow'>,
    nowUnixMs: number,
  ): Series<F> {
    const times = { startUnixMs: nowUnixMs, lastSeenUnixMs: nowUnixMs };
    const figures = this.#options.figures();
    const series: Series<F> = { ...of, figures, exemplars: [], ...times, isNew: true };
    this.#series.set(key, series);
    this.#options.budget.count++;
    return series;
  }
}
