import { randomUUID } from 'node:crypto';
import type { BufferRange } from '@sonde/pipeline';

/**
 * Tokens of a batch's blocks: `topic:id/partition/from-to/table`, and `/part` from a table's second
 * block on; the share of a range that a connector divided stands before the table. Without the id
 * where the topic has none: with it equal offsets of a topic that was deleted and made anew are other
 * ranges. The same range gives the same tokens for the same rows, whenever it is read. Data that no
 * buffer holds has no range to be read again: each batch has tokens of its own, or the store would
 * take equal batches for one.
 */
export class InsertTokens {
  readonly #batch: string;
  readonly #parts = new Map<string, number>();

  constructor(source: BufferRange | undefined) {
    this.#batch = source === undefined ? randomUUID() : rangeText(source);
  }

  /** The token of the next block of `table`. */
  next(table: string): string {
    const part = this.#parts.get(table) ?? 0;
    this.#parts.set(table, part + 1);
    const token = `${this.#batch}/${table}`;
    return part === 0 ? token : `${token}/${part}`;
  }
}

function rangeText({ topic, topicId, partition, from, to, share }: BufferRange): string {
  const name = topicId === undefined ? topic : `${topic}:${topicId}`;
  const range = `${name}/${partition}/${from}-${to}`;
  return share === undefined ? range : `${range}/${share}`;
}
