import { ByteRun } from './byte-run.ts';
import { growUint32 } from './grow.ts';
import { newUint32 } from './slab.ts';

/**
 * One string (or byte string) a row, stored as ClickHouse's Native format has it: varint length,
 * then the bytes, end to end. Writing the column to ClickHouse is one copy; no UTF-8 is decoded
 * until somebody asks for text.
 */
export class StringColumn {
  readonly run: ByteRun;
  /** Where row i's length prefix starts in `run`. */
  start: Uint32Array;

  constructor(rows: number, bytes: number) {
    this.run = new ByteRun(bytes);
    this.start = newUint32(rows);
  }

  mark(): void {
    this.run.mark();
  }

  rollback(): void {
    this.run.rollback();
  }

  reset(): void {
    this.run.length = 0;
  }

  growRows(rows: number): void {
    this.start = growUint32(this.start, rows);
  }
}
