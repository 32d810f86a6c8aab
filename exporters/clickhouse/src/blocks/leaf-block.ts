import { dictionaryText, type LogColumns } from '@sonde/proto';
import {
  type BlockWriter,
  type IdentityTable,
  logLeavesTable,
  RowRuns,
  type TableDefinition,
} from '@sonde/store';
import { z } from 'zod';
import type { BlockSource } from './block-source.ts';
import type { RowPatterns } from './take-patterns.ts';
import { type ValueRow, valueBytes, writeValueRows } from './value-rows.ts';

const DAY_MS = 86_400_000;
/** Facts of one row, and of one batch: the rest comes with later lines. */
const FACTS_PER_ROW_MAX = 64;
const FACTS_MAX = 10_000;
const FACT_BYTES_MAX = 64 * 1024;

/** What the table needs to know of a fact; the rest is for its reader. */
const hexId = z.string().regex(/^[0-9a-f]{16}$/);
const fact = z.looseObject({
  id: hexId,
  movedTo: hexId.optional(),
  count: z.number().int().min(0).max(Number.MAX_SAFE_INTEGER),
});

export interface LeafBlockOptions {
  readonly columns: LogColumns;
  readonly identities: IdentityTable;
  /** Id in `segments.tenants` a row. */
  readonly tenant: Uint32Array;
  readonly patterns: RowPatterns;
}

/** Facts about patterns that rows of a batch brought as rows of `log_leaves`. */
export class LeafBlock implements BlockSource {
  readonly table: TableDefinition = logLeavesTable();
  readonly rows: RowRuns;
  readonly timestamp: Int32Array;
  readonly #values: readonly ValueRow[];

  constructor(options: LeafBlockOptions) {
    this.#values = valuesOf(options);
    this.rows = RowRuns.range(0, this.#values.length);
    // All of one batch belong to the days it was received on: one group.
    this.timestamp = new Int32Array(this.#values.length * 2);
  }

  estimateBytes(runs: RowRuns): number {
    let bytes = 0;
    for (let r = 0; r < runs.starts.length; r++) {
      for (let row = runs.starts[r]; row < runs.ends[r]; row++) {
        for (const value of Object.values(this.#values[row] ?? {})) bytes += valueBytes(value);
      }
    }
    return bytes;
  }

  write(writer: BlockWriter, runs: RowRuns): void {
    writeValueRows(writer, { rows: this.#values, columns: this.table.columns }, runs);
  }
}

function valuesOf({ columns, identities, tenant, patterns }: LeafBlockOptions): ValueRow[] {
  const { segments, resource } = columns;
  const values: ValueRow[] = [];
  let segment = 0;
  for (const { row, json } of patterns.news) {
    while (segment + 1 < segments.count && row >= segments.rowEnd[segment]) segment++;
    const { texts, ids } = identities.fields.service;
    const owner = {
      tenant: dictionaryText(segments.tenants, tenant[row]),
      day: Math.max(0, Math.min(65_535, Math.floor(segments.receivedUnixMs[segment] / DAY_MS))),
      service: texts.text(ids[resource[row]]),
    };
    for (const each of factsOf(json)) {
      if (values.length >= FACTS_MAX) return values;
      values.push({
        ...owner,
        leaf_id: BigInt(`0x${each.id}`),
        moved_to: each.movedTo === undefined ? 0n : BigInt(`0x${each.movedTo}`),
        version: BigInt(each.count),
        fact: JSON.stringify(each),
      });
    }
  }
  return values;
}

/** Whoever sends logs may write that attribute: what is no fact is none. */
function factsOf(json: string): readonly z.infer<typeof fact>[] {
  if (json.length > FACT_BYTES_MAX) return [];
  let list: unknown;
  try {
    list = JSON.parse(json);
  } catch {
    // No fact: the row itself is stored all the same.
    return [];
  }
  if (!Array.isArray(list)) return [];
  return list.slice(0, FACTS_PER_ROW_MAX).flatMap((each: unknown) => {
    const { success, data } = fact.safeParse(each);
    return success ? [data] : [];
  });
}
