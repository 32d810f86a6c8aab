import {
  ByteRun,
  type ExponentialHistogramPointColumns,
  type HistogramPointColumns,
  HistogramPresence,
  type NumberPointColumns,
  NumberType,
  type PointColumns,
  withExponentialHistograms,
  withHistograms,
  withNumbers,
} from '@sonde/proto';
import type { DropReason, PointState } from './point-state.ts';
import { subtractExponential, subtractHistogram, subtractNumber } from './subtract.ts';
import { counts, rangeOf, readSigned, readUnsigned, writeCounts, writeLong } from './words.ts';

/** The points of one kind: reads them, and writes deltas into copies of their columns. */
export interface PointTable<P extends PointColumns> {
  /** Undefined where there is no number. */
  read(row: number): PointState | undefined;
  subtract(now: PointState, before: PointState): PointState | DropReason;
  /** What is remembered of a point. */
  remembered(now: PointState, before: PointState | undefined): PointState;
  write(row: number, delta: PointState): void;
  finish(startTimeUnixNano: Int32Array): P;
}

export class NumberTable implements PointTable<NumberPointColumns> {
  readonly #points: NumberPointColumns;
  readonly #int: Int32Array;
  readonly #double: Float64Array;

  constructor(points: NumberPointColumns) {
    this.#points = points;
    this.#int = points.int.slice(0, points.count * 2);
    this.#double = points.double.slice(0, points.count);
  }

  read(row: number): PointState | undefined {
    const { valueType, timeUnixNano: times, int, double } = this.#points;
    const timeUnixNano = readUnsigned(times, row);
    if (valueType[row] === NumberType.double) {
      const value = double[row] ?? 0;
      if (Number.isNaN(value)) return undefined;
      return { kind: 'double', timeUnixNano, int: 0n, double: value };
    }
    return { kind: 'int', timeUnixNano, int: readSigned(int, row), double: 0 };
  }

  subtract(now: PointState, before: PointState): PointState | DropReason {
    const isNumber = now.kind === 'int' || now.kind === 'double';
    if (!isNumber || (before.kind !== 'int' && before.kind !== 'double')) return 'reset';
    return subtractNumber(now, before);
  }

  remembered(now: PointState): PointState {
    return now;
  }

  write(row: number, delta: PointState): void {
    if (delta.kind === 'double') this.#double[row] = delta.double;
    if (delta.kind !== 'int') return;
    writeLong(this.#int, row, delta.int);
    this.#double[row] = Number(delta.int);
  }

  finish(startTimeUnixNano: Int32Array): NumberPointColumns {
    const changes = { startTimeUnixNano, int: this.#int, double: this.#double };
    return withNumbers(this.#points, changes);
  }
}

/** `min` and `max` of all time say nothing of the time between two points. */
const WITHOUT_EXTREMES: number = ~(HistogramPresence.min | HistogramPresence.max);

function copyOf(run: ByteRun): ByteRun {
  const copy = new ByteRun(run.length);
  copy.bytes.set(run.used());
  copy.length = run.length;
  return copy;
}

interface Totals {
  readonly presence: Uint8Array;
  readonly countValue: Int32Array;
  readonly sum: Float64Array;
  readonly min: Float64Array;
  readonly max: Float64Array;
}

/** Copies of what both kinds of histograms have. */
function totalsOf(points: Totals & PointColumns): Totals {
  const { count } = points;
  return {
    presence: points.presence.slice(0, count),
    countValue: points.countValue.slice(0, count * 2),
    sum: points.sum.slice(0, count),
    min: points.min.slice(0, count),
    max: points.max.slice(0, count),
  };
}

function writeTotals(totals: Totals, row: number, delta: { count: bigint; sum: number }): void {
  const presence = totals.presence[row] ?? 0;
  totals.presence[row] = presence & WITHOUT_EXTREMES;
  totals.min[row] = 0;
  totals.max[row] = 0;
  writeLong(totals.countValue, row, delta.count);
  // A sum that is no number stays what it is.
  const isNumber = (presence & HistogramPresence.sum) !== 0 && !Number.isNaN(totals.sum[row]);
  if (isNumber) totals.sum[row] = delta.sum;
}

/** The sum of a point without one is that of the point before. */
function withSum<S extends { readonly sum: number }>(now: S, before: { readonly sum: number }): S {
  return Number.isNaN(now.sum) ? { ...now, sum: before.sum } : now;
}

export class HistogramTable implements PointTable<HistogramPointColumns> {
  readonly #points: HistogramPointColumns;
  readonly #totals: Totals;
  readonly #bucketCounts: ByteRun;

  constructor(points: HistogramPointColumns) {
    this.#points = points;
    this.#totals = totalsOf(points);
    this.#bucketCounts = copyOf(points.bucketCounts);
  }

  read(row: number): PointState {
    const points = this.#points;
    const [start, end] = rangeOf(points.boundEnd, row);
    return {
      kind: 'histogram',
      timeUnixNano: readUnsigned(points.timeUnixNano, row),
      count: readUnsigned(points.countValue, row),
      sum: points.sum[row] ?? 0,
      counts: counts(points.bucketCounts.bytes, rangeOf(points.bucketEnd, row)),
      bounds: points.explicitBounds.bytes.slice(start * 8, end * 8),
    };
  }

  subtract(now: PointState, before: PointState): PointState | DropReason {
    if (now.kind !== 'histogram' || before.kind !== 'histogram') return 'reset';
    return subtractHistogram(withSum(now, before), before);
  }

  remembered(now: PointState, before: PointState | undefined): PointState {
    return now.kind === 'histogram' && before?.kind === 'histogram' ? withSum(now, before) : now;
  }

  write(row: number, delta: PointState): void {
    if (delta.kind !== 'histogram') return;
    writeTotals(this.#totals, row, delta);
    const [start] = rangeOf(this.#points.bucketEnd, row);
    writeCounts(this.#bucketCounts.bytes, start, delta.counts);
  }

  finish(startTimeUnixNano: Int32Array): HistogramPointColumns {
    const bucketCounts = this.#bucketCounts;
    return withHistograms(this.#points, { ...this.#totals, startTimeUnixNano, bucketCounts });
  }
}

export class ExponentialTable implements PointTable<ExponentialHistogramPointColumns> {
  readonly #points: ExponentialHistogramPointColumns;
  readonly #totals: Totals;
  readonly #zeroCount: Int32Array;
  readonly #positiveCounts: ByteRun;
  readonly #negativeCounts: ByteRun;

  constructor(points: ExponentialHistogramPointColumns) {
    this.#points = points;
    this.#totals = totalsOf(points);
    this.#zeroCount = points.zeroCount.slice(0, points.count * 2);
    this.#positiveCounts = copyOf(points.positiveCounts);
    this.#negativeCounts = copyOf(points.negativeCounts);
  }

  read(row: number): PointState {
    const points = this.#points;
    return {
      kind: 'exponential',
      timeUnixNano: readUnsigned(points.timeUnixNano, row),
      count: readUnsigned(points.countValue, row),
      sum: points.sum[row] ?? 0,
      scale: points.scale[row] ?? 0,
      zeroCount: readUnsigned(points.zeroCount, row),
      zeroThreshold: points.zeroThreshold[row] ?? 0,
      positive: {
        offset: points.positiveOffset[row] ?? 0,
        counts: counts(points.positiveCounts.bytes, rangeOf(points.positiveEnd, row)),
      },
      negative: {
        offset: points.negativeOffset[row] ?? 0,
        counts: counts(points.negativeCounts.bytes, rangeOf(points.negativeEnd, row)),
      },
    };
  }

  subtract(now: PointState, before: PointState): PointState | DropReason {
    if (now.kind !== 'exponential' || before.kind !== 'exponential') return 'reset';
    return subtractExponential(withSum(now, before), before);
  }

  remembered(now: PointState, before: PointState | undefined): PointState {
    return now.kind === 'exponential' && before?.kind === 'exponential'
      ? withSum(now, before)
      : now;
  }

  write(row: number, delta: PointState): void {
    if (delta.kind !== 'exponential') return;
    writeTotals(this.#totals, row, delta);
    writeLong(this.#zeroCount, row, delta.zeroCount);
    const [positive] = rangeOf(this.#points.positiveEnd, row);
    writeCounts(this.#positiveCounts.bytes, positive, delta.positive.counts);
    const [negative] = rangeOf(this.#points.negativeEnd, row);
    writeCounts(this.#negativeCounts.bytes, negative, delta.negative.counts);
  }

  finish(startTimeUnixNano: Int32Array): ExponentialHistogramPointColumns {
    return withExponentialHistograms(this.#points, {
      ...this.#totals,
      startTimeUnixNano,
      zeroCount: this.#zeroCount,
      positiveCounts: this.#positiveCounts,
      negativeCounts: this.#negativeCounts,
    });
  }
}
