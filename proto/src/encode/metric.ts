import type { MetricColumns } from '../columns/metric-columns.ts';
import { MetricKind } from '../columns/metric-kind.ts';
import type { PointColumns } from '../columns/point-columns.ts';
import type { KeepPoints } from '../edit/select-points.ts';
import type { ReverseWriter } from '../protobuf/reverse-writer.ts';
import {
  writeExponentialHistogramPoint,
  writeHistogramPoint,
  writeNumberPoint,
  writeSummaryPoint,
} from './points.ts';
import { writeEntry, writeRowAttributes, writeUint32 } from './values.ts';

/**
 * Writes metrics last to first. The points of a table lie in the order of their metrics: a cursor a
 * table walks down with the rows.
 */
export class MetricWriter {
  readonly #columns: MetricColumns;
  readonly #metrics: Uint8Array | undefined;
  readonly #tables: readonly PointCursor[];
  readonly #byKind: ReadonlyMap<number, PointCursor>;

  constructor(columns: MetricColumns, keep: KeepPoints) {
    const { numbers, histograms, exponentialHistograms, summaries } = columns;
    this.#columns = columns;
    this.#metrics = keep.metrics;
    const number = new PointCursor(numbers, keep.numbers, (writer, row) =>
      writeNumberPoint(writer, numbers, row),
    );
    const histogram = new PointCursor(histograms, keep.histograms, (writer, row) =>
      writeHistogramPoint(writer, histograms, row),
    );
    const exponential = new PointCursor(
      exponentialHistograms,
      keep.exponentialHistograms,
      (writer, row) => writeExponentialHistogramPoint(writer, exponentialHistograms, row),
    );
    const summary = new PointCursor(summaries, keep.summaries, (writer, row) =>
      writeSummaryPoint(writer, summaries, row),
    );
    this.#tables = [number, histogram, exponential, summary];
    this.#byKind = new Map([
      [MetricKind.gauge, number],
      [MetricKind.sum, number],
      [MetricKind.histogram, histogram],
      [MetricKind.exponentialHistogram, exponential],
      [MetricKind.summary, summary],
    ]);
  }

  /** Whether the metric is written: picked, and not all of its points fell away. Rows come down. */
  has(row: number): boolean {
    for (const table of this.#tables) table.moveTo(row);
    if (this.#metrics?.[row] === 0) return false;
    return this.#byKind.get(this.#columns.kind[row])?.isKept() ?? true;
  }

  /** The fields of the `Metric` that `has` was asked for last. */
  write(writer: ReverseWriter, row: number): void {
    const columns = this.#columns;
    writeRowAttributes(writer, 0x62, columns.metadata, columns.metadataEnd, row);
    const kind = columns.kind[row];
    const points = this.#byKind.get(kind);
    if (points !== undefined) {
      const before = writer.length;
      writer.reserve(16);
      if (kind === MetricKind.sum) writeUint32(writer, 0x18, columns.isMonotonic[row]);
      if (kind !== MetricKind.gauge && kind !== MetricKind.summary)
        writeUint32(writer, 0x10, columns.temporality[row]);
      points.write(writer);
      writer.close(before, (kind << 3) | 2);
    }
    writeEntry(writer, 0x1a, columns.units, columns.unit[row]);
    writeEntry(writer, 0x12, columns.descriptions, columns.description[row]);
    writeEntry(writer, 0x0a, columns.names, columns.name[row]);
  }
}

/** The points of one metric in their table, found from the end. */
class PointCursor {
  readonly #table: PointColumns;
  readonly #picked: Uint8Array | undefined;
  readonly #writePoint: (writer: ReverseWriter, row: number) => void;
  #from: number;
  #to: number;

  constructor(
    table: PointColumns,
    picked: Uint8Array | undefined,
    writePoint: (writer: ReverseWriter, row: number) => void,
  ) {
    this.#table = table;
    this.#picked = picked;
    this.#writePoint = writePoint;
    this.#from = table.count;
    this.#to = table.count;
  }

  moveTo(metric: number): void {
    const metrics = this.#table.metric;
    let from = this.#from;
    this.#to = from;
    while (from > 0 && metrics[from - 1] === metric) from--;
    this.#from = from;
  }

  /** A metric that had no points stays one. */
  isKept(): boolean {
    const picked = this.#picked;
    if (picked === undefined || this.#from === this.#to) return true;
    for (let row = this.#from; row < this.#to; row++) if (picked[row] !== 0) return true;
    return false;
  }

  write(writer: ReverseWriter): void {
    for (let row = this.#to - 1; row >= this.#from; row--) {
      if (this.#picked?.[row] === 0) continue;
      const before = writer.length;
      this.#writePoint(writer, row);
      writer.close(before, 0x0a);
    }
  }
}
