import { ByteRun } from '@sonde/proto';
import type { TableDefinition } from '../schema/table.ts';
import type { RowRuns } from './row-runs.ts';
import { writeText, writeVarint } from './scalars.ts';

/** Capacity a writer starts with; it grows to the largest block it wrote and keeps that. */
const FIRST_CAPACITY_BYTES: number = 1 << 20;

/** So that the number of columns is one byte, written last. */
const COLUMNS_MAX = 127;

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
  readonly #written = new Set<string>();

  /** Starts a block for `table`; what the last `finish` returned is overwritten. */
  begin(table: TableDefinition, runs: RowRuns): void {
    this.#table = table;
    this.#written.clear();
    this.out.length = 0;
    this.out.reserve(10);
    writeVarint(this.out, 0);
    writeVarint(this.out, runs.rows);
  }

  /** Writes the header of a column; throws `RangeError` when it cannot stand here. */
  column(name: string): void {
    const definition = this.#table?.columns.find((candidate) => candidate.name === name);
    if (definition === undefined || this.#written.has(name)) {
      throw new RangeError(`${this.#table?.name} has no (or had this) column ${name}`);
    }
    writeText(this.out, definition.name);
    writeText(this.out, definition.type);
    this.#written.add(name);
  }

  /**
   * The block; a view on memory of this writer, valid until the next `begin`. Throws `RangeError`
   * when a column without a default is missing.
   */
  finish(): Uint8Array {
    for (const { name, expression } of this.#table?.columns ?? []) {
      if (expression === undefined && !this.#written.has(name)) {
        throw new RangeError(`column ${name} of ${this.#table?.name} is missing`);
      }
    }
    if (this.#written.size > COLUMNS_MAX) throw new RangeError(`over ${COLUMNS_MAX} columns`);
    this.out.bytes[0] = this.#written.size;
    return this.out.used();
  }
}
