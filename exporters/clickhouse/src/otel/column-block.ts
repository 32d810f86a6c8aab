import type { ByteRun } from '@sonde/proto';
import type { BlockWriter, RowRuns, TableDefinition } from '@sonde/store';
import type { BlockSource } from '../blocks/block-source.ts';

/** Writes the data of one column for the rows of a block. */
export type WriteColumn = (out: ByteRun, runs: RowRuns) => void;

export interface ColumnBlockOptions {
  readonly table: TableDefinition;
  readonly rows: RowRuns;
  readonly timestamp: Int32Array;
  /** By name of the column. */
  readonly columns: Readonly<Record<string, WriteColumn>>;
  /** Bytes of what is of another length in each row. */
  readonly variableBytes: (runs: RowRuns) => number;
}

/** Bytes of columns of fixed width, hex ids and dictionary indexes. */
const ROW_BYTES = 240;

/** A block of columns that know how to write themselves. */
export class ColumnBlock implements BlockSource {
  readonly table: TableDefinition;
  readonly rows: RowRuns;
  readonly timestamp: Int32Array;
  readonly #options: ColumnBlockOptions;

  constructor(options: ColumnBlockOptions) {
    this.table = options.table;
    this.rows = options.rows;
    this.timestamp = options.timestamp;
    this.#options = options;
  }

  estimateBytes(runs: RowRuns): number {
    return runs.rows * ROW_BYTES + this.#options.variableBytes(runs);
  }

  write(writer: BlockWriter, runs: RowRuns): void {
    for (const [name, write] of Object.entries(this.#options.columns)) {
      writer.column(name);
      write(writer.out, runs);
    }
  }
}
