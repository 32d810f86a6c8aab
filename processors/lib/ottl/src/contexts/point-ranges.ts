import { type MetricColumns, MetricKind, type PointColumns } from '@sonde/proto';

/** Which points are a metric's: rows of the table of its kind, neighbours of each other. */
export class PointRanges {
  readonly #columns: MetricColumns;
  /** Where the points of each metric start, by table; one entry more than there are metrics. */
  readonly #starts = new Map<PointColumns, Uint32Array>();

  constructor(columns: MetricColumns) {
    this.#columns = columns;
  }

  start(kind: number, metric: number): number {
    const table = this.#table(kind);
    return table === undefined ? 0 : (this.#startsOf(table)[metric] ?? 0);
  }

  /** Behind the last one. */
  end(kind: number, metric: number): number {
    return this.start(kind, metric + 1);
  }

  #table(kind: number): PointColumns | undefined {
    const { numbers, histograms, exponentialHistograms, summaries } = this.#columns;
    switch (kind) {
      case MetricKind.gauge:
      case MetricKind.sum:
        return numbers;
      case MetricKind.histogram:
        return histograms;
      case MetricKind.exponentialHistogram:
        return exponentialHistograms;
      case MetricKind.summary:
        return summaries;
      default:
        return undefined;
    }
  }

  #startsOf(table: PointColumns): Uint32Array {
    const known = this.#starts.get(table);
    if (known !== undefined) return known;
    const starts = new Uint32Array(this.#columns.count + 2);
    for (let row = 0; row < table.count; row++) {
      const next = (table.metric[row] ?? 0) + 1;
      starts[next] = (starts[next] ?? 0) + 1;
    }
    for (let i = 1; i < starts.length; i++) starts[i] = (starts[i] ?? 0) + (starts[i - 1] ?? 0);
    this.#starts.set(table, starts);
    return starts;
  }
}
