import type { BufferRange } from '@sonde/pipeline';

/**
 * Tokens of a batch's blocks: `topic/partition/from-to/table`, and `/part` from a table's second
 * block on. The same range gives the same tokens for the same rows, whenever it is read.
 */
export class InsertTokens {
  readonly #source: BufferRange | undefined;
  readonly #parts = new Map<string, number>();

  constructor(source: BufferRange | undefined) {
    this.#source = source;
  }

  /** The token of the next block of `table`; undefined for data that no buffer holds. */
  next(table: string): string | undefined {
    if (this.#source === undefined) return undefined;
    const part = this.#parts.get(table) ?? 0;
    this.#parts.set(table, part + 1);
    const { topic, partition, from, to } = this.#source;
    const token = `${topic}/${partition}/${from}-${to}/${table}`;
    return part === 0 ? token : `${token}/${part}`;
  }
}
