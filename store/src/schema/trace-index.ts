import { column, NANOSECONDS, RETENTION_DAYS, TENANT } from './columns.ts';
import { HEX_TRACE_ID_BOUNDS } from './search-index.ts';
import {
  type SchemaOptions,
  TABLE_SETTINGS,
  type TableDefinition,
  type ViewDefinition,
} from './table.ts';

const ROOT_STATE = `AggregateFunction(argMinIf, String, ${NANOSECONDS}, UInt8)`;

/**
 * Rows that are read to find one trace, in each part: a sixteenth of the default. The keys in memory
 * are 35 bytes a granule. A store that an earlier release made keeps its own: no table changes it.
 */
const INDEX_GRANULARITY = 512;

/**
 * Bounds and counts of each trace, filled by `trace_index_mv`; several rows a trace (one a day and
 * retention class, more until merged): always aggregate again by `(tenant, trace_id)`. Root columns
 * are states: `argMinIfMerge(root_service)`, empty when no root span arrived. Finds a trace by id
 * and gives the time bounds with which `spans` is then read.
 */
export function traceIndexTable(): TableDefinition {
  return {
    name: 'trace_index',
    columns: [
      TENANT,
      column('trace_id', 'FixedString(16)'),
      column('day', 'Date'),
      column('start', `SimpleAggregateFunction(min, ${NANOSECONDS})`),
      column('end', `SimpleAggregateFunction(max, ${NANOSECONDS})`),
      column('spans', 'SimpleAggregateFunction(sum, UInt64)'),
      column('errors', 'SimpleAggregateFunction(sum, UInt64)'),
      column('services', 'SimpleAggregateFunction(groupUniqArrayArray, Array(String))'),
      column('root_service', ROOT_STATE),
      column('root_name', ROOT_STATE),
      RETENTION_DAYS,
    ],
    indexes: [HEX_TRACE_ID_BOUNDS],
    engine: 'AggregatingMergeTree',
    partitionBy: '(day, retention_days)',
    orderBy: '(tenant, trace_id)',
    ttl: 'day + toIntervalDay(retention_days + 2)',
    settings: { ...TABLE_SETTINGS, index_granularity: INDEX_GRANULARITY },
  };
}

/**
 * Longer spans end a year after their start here: an end past the year 2262 would overflow, and an
 * error in a view refuses the whole block.
 */
const DURATION_NS_MAX = '31622400000000000';

/** A span without a trace id is in no trace. */
export function traceIndexView(options: SchemaOptions): ViewDefinition {
  return {
    name: 'trace_index_mv',
    target: 'trace_index',
    select: `SELECT
  tenant,
  trace_id,
  toDate(timestamp) AS day,
  retention_days,
  min(timestamp) AS start,
  max(addNanoseconds(timestamp, least(greatest(duration_ns, 0), ${DURATION_NS_MAX}))) AS end,
  count() AS spans,
  countIf(status_code = 2) AS errors,
  groupUniqArray(toString(service)) AS services,
  argMinIfState(toString(service), timestamp, parent_span_id = toFixedString('', 8)) AS root_service,
  argMinIfState(toString(name), timestamp, parent_span_id = toFixedString('', 8)) AS root_name
FROM ${options.database}.spans
WHERE trace_id != toFixedString('', 16)
GROUP BY tenant, trace_id, day, retention_days`,
  };
}
