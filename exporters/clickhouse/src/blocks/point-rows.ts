import type { MetricColumns, PointColumns } from '@sonde/proto';
import {
  type BlockWriter,
  type RowRuns,
  writeFixedColumn,
  writeLowCardinalityColumn,
} from '@sonde/store';
import { attributeBytes } from './bytes-estimate.ts';
import { type RowOwner, writeOwner, writeTimes } from './row-columns.ts';
import type { StoredTimes } from './time-columns.ts';

/** Points of one kind with what hangs on them. */
export interface PointRows<Points extends PointColumns = PointColumns> {
  readonly columns: MetricColumns;
  readonly points: Points;
  readonly owner: RowOwner;
  readonly times: StoredTimes;
  /** Ends of the segments' points. */
  readonly rowEnd: Uint32Array;
  /** Of each point's metric. */
  readonly resource: Uint32Array;
  /** Two words a point. */
  readonly series: Uint32Array;
}

/** Bytes of a point's columns of fixed width, dictionary indexes included. */
export const POINT_BYTES = 80;

export function writePoint(writer: BlockWriter, rows: PointRows, runs: RowRuns): void {
  const { columns, points, owner, times, series } = rows;
  const { out } = writer;
  writeOwner(writer, owner, runs);
  writeTimes(writer, times, runs);
  writer.column('metric');
  const metric = { dictionary: columns.names, ids: columns.name, via: points.metric };
  writeLowCardinalityColumn(out, metric, runs);
  writer.column('series');
  writeFixedColumn(out, { source: series, widthBytes: 8 }, runs);
  writer.column('start_timestamp');
  writeFixedColumn(out, { source: points.startTimeUnixNano, widthBytes: 8 }, runs);
  writer.column('flags');
  writeFixedColumn(out, { source: points.flags, widthBytes: 4 }, runs);
}

/** Bytes of the attributes of points. */
export function pointAttributeBytes(points: PointColumns, runs: RowRuns): number {
  return attributeBytes({ list: points.attributes, ends: points.attributeEnd }, runs);
}
