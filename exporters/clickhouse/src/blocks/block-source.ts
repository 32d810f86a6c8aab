import type { BlockWriter, RowRuns, TableDefinition } from '@sonde/store';

/** Rows of a batch for one table, and how they become a block. */
export interface BlockSource {
  readonly table: TableDefinition;
  readonly rows: RowRuns;
  /** Two words a row, nanoseconds: rows are grouped by their days. */
  readonly timestamp: Int32Array;
  /** About how long the block of these rows would be; replicated values count as often as written. */
  estimateBytes(runs: RowRuns): number;
  /** Writes all columns; `begin` was called with the same runs. */
  write(writer: BlockWriter, runs: RowRuns): void;
}
