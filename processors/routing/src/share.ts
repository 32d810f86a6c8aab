import {
  type Columns,
  MetricKind,
  type PointColumns,
  selectLogs,
  selectPoints,
  selectSpans,
} from '@sonde/proto';

/** Some of the spans, log records or data points of a batch: what one route takes. */
export class Share {
  /** A byte an item; of metrics, a mask for each table of points. */
  readonly #masks: readonly Uint8Array[];
  /** Items in it. */
  #count = 0;

  private constructor(masks: readonly Uint8Array[]) {
    this.#masks = masks;
  }

  static none(columns: Columns): Share {
    return new Share(sizesOf(columns).map((size) => new Uint8Array(size)));
  }

  static all(columns: Columns): Share {
    const all = Share.none(columns);
    for (const mask of all.#masks) {
      mask.fill(1);
      all.#count += mask.length;
    }
    return all;
  }

  get count(): number {
    return this.#count;
  }

  has(table: number, item: number): boolean {
    return this.#masks[table]?.[item] === 1;
  }

  add(table: number, item: number): void {
    const mask = this.#masks[table];
    if (mask === undefined || mask[item] !== 0) return;
    mask[item] = 1;
    this.#count++;
  }

  overlaps(other: Share): boolean {
    return this.#masks.some((mask, table) =>
      mask.some((byte, i) => byte === 1 && other.has(table, i)),
    );
  }

  addAll(other: Share): void {
    for (const [table, mask] of other.#masks.entries()) {
      for (let i = 0; i < mask.length; i++) if (mask[i] === 1) this.add(table, i);
    }
  }

  takeAway(other: Share): void {
    for (const [table, mask] of this.#masks.entries()) {
      for (let i = 0; i < mask.length; i++) {
        if (mask[i] === 0 || !other.has(table, i)) continue;
        mask[i] = 0;
        this.#count--;
      }
    }
  }

  /** A byte a row of the batch (of metrics, a metric) that has items in it. */
  rows(columns: Columns): Uint8Array {
    const rows = new Uint8Array(columns.count);
    for (const [table, mask] of this.#masks.entries()) {
      const rowOf = rowsOf(columns, table);
      for (let i = 0; i < mask.length; i++) if (mask[i] === 1) rows[rowOf?.[i] ?? i] = 1;
    }
    return rows;
  }

  /** Those of its items that belong to the rows. */
  ofRows(columns: Columns, rows: Uint8Array): Share {
    const share = Share.none(columns);
    for (const [table, mask] of this.#masks.entries()) {
      const rowOf = rowsOf(columns, table);
      for (let i = 0; i < mask.length; i++) {
        if (mask[i] === 1 && rows[rowOf?.[i] ?? i] === 1) share.add(table, i);
      }
    }
    return share;
  }

  /** Its items, in order; the columns themselves when that is all of them. */
  gather(columns: Columns): Columns {
    if (this.#masks.every((mask) => !mask.includes(0))) return columns;
    const [rows = new Uint8Array(0), histograms, exponentialHistograms, summaries] = this.#masks;
    switch (columns.signal) {
      case 'traces':
        return selectSpans(columns, rows);
      case 'logs':
        return selectLogs(columns, rows);
      case 'metrics':
        return selectPoints(columns, {
          numbers: rows,
          ...(histograms && { histograms }),
          ...(exponentialHistograms && { exponentialHistograms }),
          ...(summaries && { summaries }),
        });
      default:
        return columns;
    }
  }
}

/** The mask of a kind of metric's points. */
export function tableOf(kind: number): number {
  switch (kind) {
    case MetricKind.histogram:
      return 1;
    case MetricKind.exponentialHistogram:
      return 2;
    case MetricKind.summary:
      return 3;
    default:
      return 0;
  }
}

function sizesOf(columns: Columns): readonly number[] {
  if (columns.signal !== 'metrics') return [columns.count];
  return pointTables(columns).map(({ count }) => count);
}

/** The row of each item; undefined where items are rows. */
function rowsOf(columns: Columns, table: number): Uint32Array | undefined {
  return columns.signal === 'metrics' ? pointTables(columns)[table]?.metric : undefined;
}

/** Tables of points, in the order of masks. */
function pointTables(columns: Columns): readonly PointColumns[] {
  if (columns.signal !== 'metrics') return [];
  const { numbers, histograms, exponentialHistograms, summaries } = columns;
  return [numbers, histograms, exponentialHistograms, summaries];
}
