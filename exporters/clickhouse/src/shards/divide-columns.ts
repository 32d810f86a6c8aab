import {
  type Columns,
  type LogColumns,
  type MetricColumns,
  SeriesIds,
  type SpanColumns,
  selectLogs,
  selectPoints,
  selectSpans,
} from '@sonde/proto';
import { shardOfProfiles, shardsOfLogs, shardsOfPoints, shardsOfSpans } from './shard-of.ts';

/** A byte a row: more would be another kind of installation. */
export const SHARDS_MAX = 256;

/** The rows of one shard. */
export interface ShardColumns {
  readonly shard: number;
  readonly columns: Columns;
}

/**
 * Which rows go to which of `shards` places, a pure function of the rows: a range that is read again
 * is divided alike. Shards without rows are left out; one shard gets the columns themselves.
 */
export function divideColumns(columns: Columns, shards: number): readonly ShardColumns[] {
  if (shards === 1) return [{ shard: 0, columns }];
  switch (columns.signal) {
    case 'traces':
      return divideSpans(columns, shards);
    case 'logs':
      return divideLogs(columns, shards);
    case 'metrics':
      return dividePoints(columns, shards);
    case 'profiles':
      return [{ shard: shardOfProfiles(columns, shards), columns }];
  }
}

function divideSpans(columns: SpanColumns, shards: number): readonly ShardColumns[] {
  const of = shardsOfSpans(columns, shards);
  return masks(of, shards).map(({ shard, mask }) => ({
    shard,
    columns: selectSpans(columns, mask),
  }));
}

function divideLogs(columns: LogColumns, shards: number): readonly ShardColumns[] {
  const of = shardsOfLogs(columns, shards);
  return masks(of, shards).map(({ shard, mask }) => ({
    shard,
    columns: selectLogs(columns, mask),
  }));
}

/** Metrics without a point leave no row, whichever shard they would go to. */
function dividePoints(columns: MetricColumns, shards: number): readonly ShardColumns[] {
  const ids = new SeriesIds(columns);
  const of = {
    numbers: shardsOfPoints(columns.numbers, ids, shards),
    histograms: shardsOfPoints(columns.histograms, ids, shards),
    exponentialHistograms: shardsOfPoints(columns.exponentialHistograms, ids, shards),
    summaries: shardsOfPoints(columns.summaries, ids, shards),
  };
  const parts: ShardColumns[] = [];
  for (let shard = 0; shard < shards; shard++) {
    const keep = {
      numbers: maskOf(of.numbers, shard),
      histograms: maskOf(of.histograms, shard),
      exponentialHistograms: maskOf(of.exponentialHistograms, shard),
      summaries: maskOf(of.summaries, shard),
    };
    if (!Object.values(keep).some((mask) => mask.includes(1))) continue;
    parts.push({ shard, columns: selectPoints(columns, keep) });
  }
  return parts;
}

function masks(
  of: Uint8Array,
  shards: number,
): ReadonlyArray<{ readonly shard: number; readonly mask: Uint8Array }> {
  return Array.from({ length: shards }, (_, shard) => ({ shard, mask: maskOf(of, shard) })).filter(
    ({ mask }) => mask.includes(1),
  );
}

function maskOf(of: Uint8Array, shard: number): Uint8Array {
  return of.map((row) => (row === shard ? 1 : 0));
}
