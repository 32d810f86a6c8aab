export type FamilyType = 'counter' | 'gauge' | 'histogram' | 'summary';

/** A text in the form for classic Prometheus and in the form with all characters; mostly one text. */
export interface TwoForms {
  readonly classic: string;
  readonly utf8: string;
}

export interface Exemplar {
  readonly value: number;
  /** Rendered labels. */
  readonly labels: string;
  /** Seconds since the epoch; 0 where it has no time. */
  readonly unixSeconds: number;
}

export interface NumberSample {
  readonly kind: 'number';
  readonly value: number;
  /** The last one counts. */
  readonly exemplars: readonly Exemplar[];
}

export interface HistogramSample {
  readonly kind: 'histogram';
  /** As sent; the bucket behind the last bound is what `count` has beyond them. */
  readonly bounds: readonly number[];
  /** Each bucket's own. */
  readonly counts: readonly number[];
  readonly sum: number;
  readonly count: number;
  readonly exemplars: readonly Exemplar[];
}

export interface SummarySample {
  readonly kind: 'summary';
  readonly quantiles: readonly (readonly [quantile: number, value: number])[];
  readonly sum: number;
  readonly count: number;
}

export type Sample = NumberSample | HistogramSample | SummarySample;

/** Nanoseconds since the epoch as unsigned words: compared exactly. */
export interface NanoTime {
  readonly low: number;
  readonly high: number;
}

export function isSameTime(a: NanoTime, b: NanoTime): boolean {
  return a.low === b.low && a.high === b.high;
}

export function isBefore(a: NanoTime, b: NanoTime): boolean {
  return a.high < b.high || (a.high === b.high && a.low < b.low);
}

/** Milliseconds since the epoch. */
export function toUnixMs({ low, high }: NanoTime): number {
  return Number(((BigInt(high) << 32n) | BigInt(low)) / 1_000_000n);
}

export interface Family {
  readonly name: TwoForms;
  readonly type: FamilyType;
  readonly help: string;
  /** By their labels, in the form with all characters. */
  readonly series: Map<string, Series>;
}

/** One line, or the lines of one histogram or summary, with what they had last. */
export interface Series {
  readonly family: Family;
  readonly labels: TwoForms;
  /** Ids in the store's index that lead here. */
  readonly ids: Set<string>;
  sample: Sample;
  start: NanoTime;
  time: NanoTime;
  updatedMs: number;
}
