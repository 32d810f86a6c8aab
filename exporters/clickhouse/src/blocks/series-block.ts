import type { IdentityTable, TableDefinition } from '@sonde/store';
import {
  type BlockWriter,
  metricSeriesTable,
  RowRuns,
  writeFixedColumn,
  writeLowCardinalityColumn,
  writeReplicatedMap,
  writeReplicatedTypes,
  writeUint8Via,
} from '@sonde/store';
import { writeAttributes } from './attribute-columns.ts';
import type { BlockSource } from './block-source.ts';
import { replicatedBytes } from './bytes-estimate.ts';
import { type PointRows, pointAttributeBytes } from './point-rows.ts';
import { KeySet, type RecentKey, type RecentKeys } from './recent-keys.ts';
import { writeFingerprint, writeIdentity, writeOwner, writeScope } from './row-columns.ts';
import { hourOf } from './time-words.ts';

/** Bytes of a series' columns of fixed width, dictionary indexes included. */
const SERIES_BYTES = 120;
const HOUR_SECONDS = 3600;

export interface SeriesBlockOptions {
  readonly points: PointRows;
  readonly identities: IdentityTable;
  /** As long as the points that are kept longest. */
  readonly retentionDays: number;
  /** Keys of series that are stored already. */
  readonly stored: RecentKeys;
  /** By tenant id: tells tenants and retentions apart in `stored`. */
  readonly ownerKeys: Int32Array;
}

/**
 * Series of one kind of points as rows of `metric_series`: a row for the first point of each pair of
 * series and hour that the store has not got lately.
 */
export class SeriesBlock implements BlockSource {
  readonly table: TableDefinition = metricSeriesTable();
  readonly rows: RowRuns = new RowRuns();
  readonly timestamp: Int32Array;
  /** Keys of the rows, to remember once they are stored. */
  readonly keys: KeySet = new KeySet();
  readonly #options: SeriesBlockOptions;
  /** By point, set for the rows above. Seconds. */
  readonly #bucket: Uint32Array;

  constructor(options: SeriesBlockOptions) {
    const { series, times, owner, points } = options.points;
    this.#options = options;
    this.timestamp = times.timestamp;
    this.#bucket = new Uint32Array(points.count);
    const key: RecentKey = { low: 0, high: 0, hour: 0, owner: 0 };
    for (let row = 0; row < points.count; row++) {
      key.low = series[row * 2] | 0;
      key.high = series[row * 2 + 1] | 0;
      key.hour = hourOf(times.timestamp, row);
      key.owner = options.ownerKeys[owner.tenant[row]];
      if (options.stored.has(key) || !this.keys.add(key)) continue;
      this.#bucket[row] = key.hour * HOUR_SECONDS;
      this.rows.add(row, row + 1);
    }
  }

  estimateBytes(runs: RowRuns): number {
    const { columns, points } = this.#options.points;
    const { scopes, metadata, metadataEnd } = columns;
    const metric = points.metric;
    return (
      runs.rows * SERIES_BYTES +
      pointAttributeBytes(points, runs) +
      replicatedBytes({ list: metadata, ends: metadataEnd }, metric, runs) +
      replicatedBytes(
        { list: scopes.attributes, ends: scopes.attributeEnd },
        compose(columns.scope, metric),
        runs,
      )
    );
  }

  write(writer: BlockWriter, runs: RowRuns): void {
    const { points: rows, identities, retentionDays } = this.#options;
    const { columns, points } = rows;
    const { out } = writer;
    writeOwner(writer, { ...rows.owner, retentionDays }, runs);
    writer.column('series');
    writeFixedColumn(out, { source: rows.series, widthBytes: 8 }, runs);
    writer.column('bucket');
    writeFixedColumn(out, { source: this.#bucket, widthBytes: 4 }, runs);
    this.#writeMetric(writer, runs);
    writeAttributes(writer, points, runs);
    const resourceRows = { identities, resource: rows.resource };
    writeFingerprint(writer, 'resource_fingerprint', resourceRows, runs);
    writeIdentity(writer, resourceRows, runs);
    const { scopes, schemaUrls } = columns;
    const scope = compose(columns.scope, points.metric);
    const resourceSchemaUrl = compose(columns.resourceSchemaUrl, points.metric);
    const scopeSchemaUrl = compose(columns.scopeSchemaUrl, points.metric);
    writeScope(writer, { scopes, schemaUrls, scope, resourceSchemaUrl, scopeSchemaUrl }, runs);
  }

  #writeMetric(writer: BlockWriter, runs: RowRuns): void {
    const { columns, points } = this.#options.points;
    const { out } = writer;
    const via = points.metric;
    writer.column('metric');
    writeLowCardinalityColumn(out, { dictionary: columns.names, ids: columns.name, via }, runs);
    writer.column('unit');
    writeLowCardinalityColumn(out, { dictionary: columns.units, ids: columns.unit, via }, runs);
    writer.column('description');
    const description = { dictionary: columns.descriptions, ids: columns.description, via };
    writeLowCardinalityColumn(out, description, runs);
    writer.column('kind');
    writeUint8Via(out, { table: columns.kind, via }, runs);
    writer.column('temporality');
    writeUint8Via(out, { table: columns.temporality, via }, runs);
    writer.column('is_monotonic');
    writeUint8Via(out, { table: columns.isMonotonic, via }, runs);
    const metadata = { rows: { list: columns.metadata, ends: columns.metadataEnd }, via };
    writer.column('metadata');
    writeReplicatedMap(out, metadata, runs);
    writer.column('metadata_types');
    writeReplicatedTypes(out, metadata, runs);
  }
}

/** `table[via[i]]` for every i. */
function compose(table: Uint32Array, via: Uint32Array): Uint32Array {
  const composed = new Uint32Array(via.length);
  for (let i = 0; i < via.length; i++) composed[i] = table[via[i]];
  return composed;
}
