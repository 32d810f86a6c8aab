import type { ResourceTable, Segments } from '@sonde/proto';
import {
  type BlockWriter,
  type IdentityTable,
  RESOURCE_FACTS,
  RowRuns,
  readAttributes,
  resourceHistoryTable,
  type SchemaOptions,
  type TableDefinition,
  writeFixedColumn,
  writeLowCardinalityColumn,
} from '@sonde/store';
import type { BlockSource } from './block-source.ts';
import type { ResourceMinutes, SeenResource } from './resource-minutes.ts';
import { writeFingerprint, writeIdentity } from './row-columns.ts';
import { setHour } from './time-words.ts';
import { type ValueRow, writeValueRows } from './value-rows.ts';

/** Bytes of a row: a few names, most of which are in a dictionary. */
const HISTORY_BYTES = 300;
const HOUR_SECONDS = 3600;

export interface ResourceHistoryOptions {
  readonly schema: SchemaOptions;
  readonly resources: ResourceTable;
  readonly identities: IdentityTable;
  readonly minutes: ResourceMinutes;
  readonly segments: Segments;
}

/** When resources of a batch were seen as rows of `resource_history`. */
export class ResourceHistoryBlock implements BlockSource {
  readonly table: TableDefinition;
  readonly rows: RowRuns;
  readonly timestamp: Int32Array;
  readonly #options: ResourceHistoryOptions;

  constructor(options: ResourceHistoryOptions) {
    const { seen } = options.minutes;
    this.#options = options;
    this.table = resourceHistoryTable(options.schema);
    this.rows = RowRuns.range(0, seen.length);
    this.timestamp = new Int32Array(seen.length * 2);
    seen.forEach(({ hour }, row) => {
      setHour(this.timestamp, row, hour);
    });
  }

  estimateBytes(runs: RowRuns): number {
    return runs.rows * HISTORY_BYTES;
  }

  write(writer: BlockWriter, runs: RowRuns): void {
    const { identities, minutes, segments, resources } = this.#options;
    const { seen } = minutes;
    const { out } = writer;
    writer.column('tenant');
    const ids = Uint32Array.from(seen, ({ tenant }) => tenant);
    writeLowCardinalityColumn(out, { dictionary: segments.tenants, ids }, runs);
    const rows = { identities, resource: Uint32Array.from(seen, ({ resource }) => resource) };
    writeFingerprint(writer, 'fingerprint', rows, runs);
    writeIdentity(writer, rows, runs);
    const fixed = (name: string, source: ArrayBufferView, widthBytes: number): void => {
      writer.column(name);
      writeFixedColumn(out, { source, widthBytes }, runs);
    };
    fixed(
      'bucket',
      Uint32Array.from(seen, ({ hour }) => hour * HOUR_SECONDS),
      4,
    );
    fixed('first_seen', Int32Array.from(seen.flatMap(({ first }) => first)), 8);
    fixed('last_seen', Int32Array.from(seen.flatMap(({ last }) => last)), 8);
    fixed(
      'receipt_lag_ns',
      BigInt64Array.from(seen, ({ receiptLagNs }) => receiptLagNs),
      8,
    );
    const facts = seen.map((row) => factsOf(resources, row));
    writeValueRows(writer, { rows: facts, columns: this.table.columns }, runs);
  }
}

function factsOf(resources: ResourceTable, { resource }: SeenResource): ValueRow {
  const attributes = readAttributes(resources.attributes, resources.attributeEnd, resource);
  return Object.fromEntries(
    RESOURCE_FACTS.map(({ column, attributes: names }) => [
      column,
      names.map((name) => attributes.get(name) ?? '').find((value) => value !== '') ?? '',
    ]),
  );
}
