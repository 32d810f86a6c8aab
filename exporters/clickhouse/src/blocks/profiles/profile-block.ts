import type { ProfileColumns } from '@sonde/proto';
import {
  type BlockWriter,
  type IdentityTable,
  RowRuns,
  type TableDefinition,
  writeLowCardinalityColumn,
} from '@sonde/store';
import type { BlockSource } from '../block-source.ts';
import {
  type RowOwner,
  writeFingerprint,
  writeIdentity,
  writeOwner,
  writeScope,
  writeTimes,
} from '../row-columns.ts';
import type { StoredTimes } from '../time-columns.ts';
import { bytesOfRuns, rowBytesEnds, type ValueRow, writeValueRows } from '../value-rows.ts';

export interface ProfileBlockOptions {
  readonly table: TableDefinition;
  readonly columns: ProfileColumns;
  readonly identities: IdentityTable;
  readonly owner: RowOwner;
  readonly times: StoredTimes;
  readonly rows: readonly ValueRow[];
  /** The profile of each row. */
  readonly profile: Uint32Array;
  readonly hasScope: boolean;
}

/** Bytes of the columns of a row that its values are not. */
const OWNER_BYTES = 80;

/** Profiles, or samples of them, as rows of their table. */
export class ProfileBlock implements BlockSource {
  readonly table: TableDefinition;
  readonly rows: RowRuns;
  readonly timestamp: Int32Array;
  readonly #options: ProfileBlockOptions;
  readonly #bytesEnds: Float64Array;

  constructor(options: ProfileBlockOptions) {
    this.table = options.table;
    this.rows = RowRuns.range(0, options.rows.length);
    this.timestamp = options.times.timestamp;
    this.#options = options;
    this.#bytesEnds = rowBytesEnds(options.rows);
  }

  estimateBytes(runs: RowRuns): number {
    return bytesOfRuns(this.#bytesEnds, runs) + runs.rows * OWNER_BYTES;
  }

  write(writer: BlockWriter, runs: RowRuns): void {
    const { columns, identities, owner, times, rows, profile } = this.#options;
    writeOwner(writer, owner, runs);
    writeTimes(writer, times, runs);
    const of = (ids: Uint32Array): Uint32Array => profile.map((row) => ids[row]);
    const resourceRows = { identities, resource: of(columns.resource) };
    writeFingerprint(writer, 'resource_fingerprint', resourceRows, runs);
    writeIdentity(writer, resourceRows, runs);
    const { scopes, schemaUrls } = columns;
    const resourceSchemaUrl = of(columns.resourceSchemaUrl);
    if (this.#options.hasScope) {
      const scope = of(columns.scope);
      const scopeSchemaUrl = of(columns.scopeSchemaUrl);
      writeScope(writer, { scopes, schemaUrls, scope, resourceSchemaUrl, scopeSchemaUrl }, runs);
    } else {
      writer.column('resource_schema_url');
      writeLowCardinalityColumn(
        writer.out,
        { dictionary: schemaUrls, ids: resourceSchemaUrl },
        runs,
      );
    }
    writeValueRows(writer, { rows, columns: this.table.columns }, runs);
  }
}
