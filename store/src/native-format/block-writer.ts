import { ByteRun } from '@sonde/proto';
import type { TableDefinition } from '../schema/table.ts';
import type { RowRuns } from './row-runs.ts';
import { writeText, writeVarint } from './scalars.ts';

/** Capacity a writer starts with; it grows to the largest block it wrote and keeps that. */
const FIRST_CAPACITY_BYTES = 1 << 20;

/**
 * Writes one block of ClickHouse's Native format (protocol revision 0, what `FORMAT Native` over
 * HTTP takes): number of columns and rows, then each column's name, type and data.
 *
 * `begin`, then for each column `column(name)` and one `write...Column` into `out`, then `finish`.
 * Names and types come from the table's definition, so a block cannot disagree with the schema.
 */
export class BlockWriter {
  readonly out: ByteRun = new ByteRun(FIRST_CAPACITY_BYTES);
  #table: TableDefinition | undefined;
  #declared = 0;
  #written = 0;

  /** Starts a block of `columns` columns; what the last one returned is overwritten. */
  begin(table: TableDefinition, columns: number, runs: RowRuns): void {
    this.#table = table;
    this.#declared = columns;
    this.#written = 0;
    this.out.length = 0;
    this.out.reserve(20);
    writeVarint(this.out, columns);
    writeVarint(this.out, runs.rows);
  }

  /** Writes the header of a column; throws `RangeError` when the table has no such column. */
  column(name: string): void {
    const definition = this.#table?.columns.find((candidate) => candidate.name === name);
    if (definition === undefined) {
      throw new RangeError(`${this.#table?.name ?? 'no table'} has no column ${name}`);
    }
    writeText(this.out, definition.name);
    writeText(this.out, definition.type);
    this.#written++;
  }

  /** The block; a view on memory of this writer, valid until the next `begin`. */
  finish(): Uint8Array {
    if (this.#written !== this.#declared) {
      throw new RangeError(`${this.#written} columns written, ${this.#declared} declared`);
    }
    return this.out.used();
  }
}
