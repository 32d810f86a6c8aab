import type { PatternEntry } from '@sonde/log-patterns';
import {
  BlockWriter,
  type CellValue,
  logPatternsTable,
  RowRuns,
  type StoreClient,
  writeValueColumn,
} from '@sonde/store';
import { REWRITE_MS, ROWS_PER_INSERT_MAX } from './limits.ts';

interface WrittenRow {
  readonly content: string;
  readonly atMs: number;
}

/** A service of a tenant, and what is in the store for it. */
export interface WrittenSource {
  readonly tenant: string;
  readonly service: string;
  readonly written: Map<string, WrittenRow>;
}

/** Writes the rows of `log_patterns` that are others than what was written last. */
export class AliasWriter {
  readonly #store: StoreClient;
  readonly #writer: BlockWriter = new BlockWriter();

  constructor(store: StoreClient) {
    this.#store = store;
  }

  /** Resolves with how many rows were written. Rejects with `StoreError`; what was written stays. */
  async write(
    source: WrittenSource,
    entries: readonly PatternEntry[],
    nowMs: number,
  ): Promise<number> {
    const { written } = source;
    const changed = entries.filter((entry) => {
      const before = written.get(entry.leafId);
      return before?.content !== contentOf(entry) || nowMs - before.atMs > REWRITE_MS;
    });
    for (let from = 0; from < changed.length; from += ROWS_PER_INSERT_MAX) {
      const part = changed.slice(from, from + ROWS_PER_INSERT_MAX);
      const rows = part.map((entry) => rowOf(source, entry, nowMs));
      await this.#store.insertNative('log_patterns', this.#blockOf(rows));
      for (const entry of part) {
        written.set(entry.leafId, { content: contentOf(entry), atMs: nowMs });
      }
    }
    return changed.length;
  }

  #blockOf(rows: readonly Readonly<Record<string, CellValue>>[]): Uint8Array {
    const table = logPatternsTable();
    const writer = this.#writer;
    writer.begin(table, RowRuns.range(0, rows.length));
    for (const { name, type } of table.columns) {
      writer.column(name);
      writeValueColumn(
        writer.out,
        type,
        rows.map((row) => row[name] ?? ''),
      );
    }
    return writer.finish();
  }
}

function contentOf({ patternId, template, slots }: PatternEntry): string {
  return JSON.stringify([patternId, template, slots]);
}

function rowOf(
  { tenant, service }: WrittenSource,
  { leafId, patternId, template, sample, slots }: PatternEntry,
  nowMs: number,
): Readonly<Record<string, CellValue>> {
  return {
    tenant,
    service,
    leaf_id: BigInt(`0x${leafId}`),
    pattern_id: BigInt(`0x${patternId}`),
    template,
    sample,
    slot_places: slots.map(({ place }) => place),
    slot_words: slots.map(({ word }) => word),
    updated: Math.floor(nowMs / 1000),
    version: BigInt(nowMs),
  };
}
