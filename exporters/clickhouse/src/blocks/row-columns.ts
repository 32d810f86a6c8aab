import type { Dictionary, ScopeTable, Segments } from '@sonde/proto';
import {
  type BlockWriter,
  IDENTITY_FIELDS,
  type IdentityTable,
  type RowRuns,
  writeConstantColumn,
  writeFixedColumn,
  writeLowCardinalityColumn,
  writeReplicatedMap,
  writeReplicatedTypes,
  writeUint8Via,
  writeUint32Via,
  writeUint64Via,
} from '@sonde/store';
import type { RetentionColumn } from './retention-classes.ts';
import type { StoredTimes } from './time-columns.ts';

/** Who the rows of a block belong to and for how long they are kept. */
export interface RowOwner {
  readonly segments: Segments;
  /** Ids in `segments.tenants` a row. */
  readonly tenant: Uint32Array;
  readonly retentionDays: RetentionColumn;
}

export function writeOwner(writer: BlockWriter, owner: RowOwner, runs: RowRuns): void {
  writer.column('tenant');
  writeLowCardinalityColumn(
    writer.out,
    { dictionary: owner.segments.tenants, ids: owner.tenant },
    runs,
  );
  writer.column('retention_days');
  const { retentionDays: days } = owner;
  if (typeof days === 'number') {
    writeConstantColumn(writer.out, Uint8Array.of(days & 255, days >>> 8), runs);
  } else {
    writeFixedColumn(writer.out, { source: days, widthBytes: 2 }, runs);
  }
}

const ZERO_8 = new Uint8Array(8);

export function writeTimes(writer: BlockWriter, times: StoredTimes, runs: RowRuns): void {
  writer.column('timestamp');
  writeFixedColumn(writer.out, { source: times.timestamp, widthBytes: 8 }, runs);
  writer.column('time_source');
  if (times.source === undefined) writeConstantColumn(writer.out, ZERO_8.subarray(0, 1), runs);
  else writeFixedColumn(writer.out, { source: times.source, widthBytes: 1 }, runs);
  writer.column('sent_unix_nano');
  if (times.sent === undefined) writeConstantColumn(writer.out, ZERO_8, runs);
  else writeFixedColumn(writer.out, { source: times.sent, widthBytes: 8 }, runs);
}

/** Resources of a batch, and which of them each row has. */
export interface ResourceRows {
  readonly identities: IdentityTable;
  readonly resource: Uint32Array;
}

export function writeIdentity(writer: BlockWriter, rows: ResourceRows, runs: RowRuns): void {
  for (const name of IDENTITY_FIELDS) {
    const { texts, ids } = rows.identities.fields[name];
    writer.column(name);
    writeLowCardinalityColumn(writer.out, { dictionary: texts, ids, via: rows.resource }, runs);
  }
  writer.column('origin');
  writeUint8Via(writer.out, { table: rows.identities.origin, via: rows.resource }, runs);
}

export function writeFingerprint(
  writer: BlockWriter,
  name: string,
  rows: ResourceRows,
  runs: RowRuns,
): void {
  writer.column(name);
  const { fingerprint } = rows.identities;
  writeUint64Via(writer.out, { table: fingerprint, via: rows.resource }, runs);
}

/** Scopes of a batch and schema URLs, and which of them each row has. */
export interface ScopeRows {
  readonly scopes: ScopeTable;
  readonly schemaUrls: Dictionary;
  readonly scope: Uint32Array;
  readonly resourceSchemaUrl: Uint32Array;
  readonly scopeSchemaUrl: Uint32Array;
}

export function writeScope(writer: BlockWriter, rows: ScopeRows, runs: RowRuns): void {
  const { out } = writer;
  const { scopes, schemaUrls, scope: via } = rows;
  writer.column('scope_name');
  writeLowCardinalityColumn(out, { dictionary: scopes.names, ids: scopes.name, via }, runs);
  writer.column('scope_version');
  writeLowCardinalityColumn(out, { dictionary: scopes.versions, ids: scopes.version, via }, runs);
  const attributes = { rows: { list: scopes.attributes, ends: scopes.attributeEnd }, via };
  writer.column('scope_attributes');
  writeReplicatedMap(out, attributes, runs);
  writer.column('scope_attribute_types');
  writeReplicatedTypes(out, attributes, runs);
  writer.column('scope_dropped_attributes_count');
  writeUint32Via(out, { table: scopes.droppedAttributesCount, via }, runs);
  writer.column('scope_schema_url');
  writeLowCardinalityColumn(out, { dictionary: schemaUrls, ids: rows.scopeSchemaUrl }, runs);
  writer.column('resource_schema_url');
  writeLowCardinalityColumn(out, { dictionary: schemaUrls, ids: rows.resourceSchemaUrl }, runs);
}
