import type { Segments } from '@sonde/proto';
import {
  type BlockWriter,
  profileLocationsTable,
  profileMappingsTable,
  profileStacksTable,
  RowRuns,
  type TableDefinition,
} from '@sonde/store';
import type { BlockSource } from '../block-source.ts';
import { KeySet, type RecentKey, type RecentKeys } from '../recent-keys.ts';
import { writeOwner } from '../row-columns.ts';
import { HOURS_PER_DAY, setHour } from '../time-words.ts';
import { bytesOfRuns, rowBytesEnds, type ValueRow, writeValueRows } from '../value-rows.ts';
import type { Content, StackContent } from './frame-reader.ts';

const DAY_SECONDS = 86_400;

/** Who names a content, and on which day since the epoch. */
export interface FrameOwner {
  readonly tenant: number;
  readonly day: number;
}

/** Stacks, locations and mappings of a batch that the store has not got lately. */
export class FrameRows {
  readonly keys: KeySet = new KeySet();
  readonly #known: { readonly stored: RecentKeys; readonly ownerKeys: Int32Array };
  readonly #stacks: OwnedRow[] = [];
  readonly #locations: OwnedRow[] = [];
  readonly #mappings: OwnedRow[] = [];

  constructor(known: { readonly stored: RecentKeys; readonly ownerKeys: Int32Array }) {
    this.#known = known;
  }

  add(stack: StackContent, owner: FrameOwner): void {
    if (!this.#isNew(stack, owner)) return;
    this.#stacks.push({ ...owner, row: stack.row });
    for (const location of stack.locations) {
      if (!this.#isNew(location, owner)) continue;
      this.#locations.push({ ...owner, row: location.row });
      const { mapping } = location;
      if (mapping === undefined || !this.#isNew(mapping, owner)) continue;
      this.#mappings.push({ ...owner, row: mapping.row });
    }
  }

  blocks(owner: { readonly segments: Segments; readonly retentionDays: number }): BlockSource[] {
    return [
      new FrameBlock(profileMappingsTable(), this.#mappings, owner),
      new FrameBlock(profileLocationsTable(), this.#locations, owner),
      new FrameBlock(profileStacksTable(), this.#stacks, owner),
    ];
  }

  #isNew({ id }: Content, owner: FrameOwner): boolean {
    const key: RecentKey = {
      low: Number(id & 0xffff_ffffn) | 0,
      high: Number(id >> 32n) | 0,
      hour: owner.day,
      owner: this.#known.ownerKeys[owner.tenant],
    };
    return !this.#known.stored.has(key) && this.keys.add(key);
  }
}

interface OwnedRow extends FrameOwner {
  readonly row: ValueRow;
}

class FrameBlock implements BlockSource {
  readonly table: TableDefinition;
  readonly rows: RowRuns;
  readonly timestamp: Int32Array;
  readonly #owner: { readonly segments: Segments; readonly retentionDays: number };
  readonly #tenant: Uint32Array;
  readonly #rows: readonly ValueRow[];
  readonly #bytesEnds: Float64Array;

  constructor(
    table: TableDefinition,
    rows: readonly OwnedRow[],
    owner: { readonly segments: Segments; readonly retentionDays: number },
  ) {
    this.table = table;
    this.rows = RowRuns.range(0, rows.length);
    this.timestamp = new Int32Array(rows.length * 2);
    rows.forEach(({ day }, i) => {
      setHour(this.timestamp, i, day * HOURS_PER_DAY);
    });
    this.#owner = owner;
    this.#tenant = Uint32Array.from(rows, ({ tenant }) => tenant);
    this.#rows = rows.map(({ row, day }) => ({ ...row, bucket: day * DAY_SECONDS }));
    this.#bytesEnds = rowBytesEnds(this.#rows);
  }

  estimateBytes(runs: RowRuns): number {
    return bytesOfRuns(this.#bytesEnds, runs);
  }

  write(writer: BlockWriter, runs: RowRuns): void {
    writeOwner(writer, { ...this.#owner, tenant: this.#tenant }, runs);
    writeValueRows(writer, { rows: this.#rows, columns: this.table.columns }, runs);
  }
}
