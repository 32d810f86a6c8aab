import {
  dictionaryText,
  type ExponentialHistogramPointColumns,
  Hash64,
  type HistogramPointColumns,
  type MetricColumns,
  MetricKind,
  type NumberPointColumns,
  type PointColumns,
  SeriesIds,
  selectPoints,
  withMetrics,
} from '@sonde/proto';
import type { CumulativeToDeltaConfig } from './config.ts';
import type { DropReason, PointState } from './point-state.ts';
import { ExponentialTable, HistogramTable, NumberTable, type PointTable } from './point-tables.ts';
import type { StreamTable } from './stream-table.ts';
import { readUnsigned, writeLong } from './words.ts';

const CUMULATIVE = 2;
const DELTA = 1;
const NO_RECORDED_VALUE = 1;

export interface DeltaSurroundings {
  readonly config: CumulativeToDeltaConfig;
  readonly streams: StreamTable;
  /** When the processor was made: streams that began before it have a past that nobody saw. */
  readonly startedUnixNano: bigint;
  readonly nowUnixMs: number;
  /** Told of each point of a converted metric. */
  converted(kind: number): void;
  dropped(kind: number, reason: DropReason): void;
}

/** The batch with deltas; the columns themselves when there is nothing to convert. */
export function toDeltas(columns: MetricColumns, surroundings: DeltaSurroundings): MetricColumns {
  const isConverted = metricsToConvert(columns, surroundings.config);
  if (!isConverted.includes(1)) return columns;
  const batch = new DeltaBatch(columns, isConverted, surroundings);
  const numbers = batch.numbers(columns.numbers);
  const histograms = batch.histograms(columns.histograms);
  const exponentialHistograms = batch.exponentials(columns.exponentialHistograms);
  const temporality = columns.temporality.slice(0, columns.count);
  for (const [row, converted] of isConverted.entries())
    if (converted === 1) temporality[row] = DELTA;
  const changed = withMetrics(columns, {
    temporality,
    numbers: numbers.points,
    histograms: histograms.points,
    exponentialHistograms: exponentialHistograms.points,
  });
  return selectPoints(changed, {
    numbers: numbers.keep,
    histograms: histograms.keep,
    exponentialHistograms: exponentialHistograms.keep,
  });
}

/** A byte a metric. */
function metricsToConvert(columns: MetricColumns, config: CumulativeToDeltaConfig): Uint8Array {
  const { include, exclude } = config;
  const mask = new Uint8Array(columns.count);
  for (let row = 0; row < columns.count; row += 1) {
    const kind = columns.kind[row] ?? 0;
    if (columns.temporality[row] !== CUMULATIVE || !canBeDelta(columns, row, kind)) continue;
    if (include.kinds?.has(kind) === false || exclude.kinds?.has(kind) === true) continue;
    const name = dictionaryText(columns.names, columns.name[row] ?? 0);
    if (include.name?.(name) === false || exclude.name?.(name) === true) continue;
    mask[row] = 1;
  }
  return mask;
}

function canBeDelta({ isMonotonic }: MetricColumns, row: number, kind: number): boolean {
  if (kind === MetricKind.sum) return isMonotonic[row] === 1;
  return kind === MetricKind.histogram || kind === MetricKind.exponentialHistogram;
}

interface Converted<P extends PointColumns> {
  readonly points: P;
  /** A byte a point. */
  readonly keep: Uint8Array;
}

class DeltaBatch {
  readonly #columns: MetricColumns;
  readonly #isConverted: Uint8Array;
  readonly #surroundings: DeltaSurroundings;
  readonly #ids: SeriesIds;
  readonly #id = new Hash64();

  constructor(columns: MetricColumns, isConverted: Uint8Array, surroundings: DeltaSurroundings) {
    this.#columns = columns;
    this.#isConverted = isConverted;
    this.#surroundings = surroundings;
    this.#ids = new SeriesIds(columns);
  }

  numbers(points: NumberPointColumns): Converted<NumberPointColumns> {
    return this.#convert(points, new NumberTable(points));
  }

  histograms(points: HistogramPointColumns): Converted<HistogramPointColumns> {
    return this.#convert(points, new HistogramTable(points));
  }

  exponentials(
    points: ExponentialHistogramPointColumns,
  ): Converted<ExponentialHistogramPointColumns> {
    return this.#convert(points, new ExponentialTable(points));
  }

  #convert<P extends PointColumns>(points: P, table: PointTable<P>): Converted<P> {
    const keep = new Uint8Array(points.count).fill(1);
    const starts = points.startTimeUnixNano.slice(0, points.count * 2);
    for (let row = 0; row < points.count; row += 1) {
      if (this.#isConverted[points.metric[row] ?? 0] !== 1) continue;
      const start = this.#convertPoint(points, row, table);
      if (start === undefined) keep[row] = 0;
      else writeLong(starts, row, start);
    }
    return { points: table.finish(starts), keep };
  }

  /** Writes the delta; returns when it began, or undefined where the point goes. */
  #convertPoint<P extends PointColumns>(
    points: P,
    row: number,
    table: PointTable<P>,
  ): bigint | undefined {
    const start = readUnsigned(points.startTimeUnixNano, row);
    if (((points.flags[row] ?? 0) & NO_RECORDED_VALUE) !== 0) return undefined;
    const now = table.read(row);
    // A value that is no number is handed on as it is.
    if (now === undefined) return start;
    const { streams, nowUnixMs } = this.#surroundings;
    const kind = this.#columns.kind[points.metric[row] ?? 0] ?? 0;
    const key = this.#keyOf(points, row, `${now.kind} ${start}`);
    const before = streams.find(key);
    if (before !== undefined && now.timeUnixNano < before.timeUnixNano) {
      return this.#drop(kind, 'out_of_order');
    }
    streams.set(key, table.remembered(now, before), nowUnixMs);
    if (before === undefined) return this.#first(kind, now, start, () => table.write(row, now));
    const delta = table.subtract(now, before);
    if (typeof delta === 'string') return this.#drop(kind, delta);
    table.write(row, delta);
    this.#surroundings.converted(kind);
    return before.timeUnixNano;
  }

  #first(kind: number, now: PointState, start: bigint, write: () => void): bigint | undefined {
    const { config, startedUnixNano } = this.#surroundings;
    const isKept =
      config.initial_value === 'keep' ||
      (config.initial_value === 'auto' && start >= startedUnixNano && now.timeUnixNano !== start);
    if (!isKept) return this.#drop(kind, 'initial');
    write();
    this.#surroundings.converted(kind);
    return start;
  }

  #drop(kind: number, reason: DropReason): undefined {
    this.#surroundings.dropped(kind, reason);
    return undefined;
  }

  #keyOf(points: PointColumns, row: number, suffix: string): string {
    this.#ids.of(points, row, this.#id);
    return `${this.#id.high}.${this.#id.low} ${suffix}`;
  }
}
