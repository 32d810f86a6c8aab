import { joinSql, param, type Sql, sql, uint64Number } from '@sonde/store';
import { z } from 'zod';
import type { AnalysisSelection } from '../../api/contract/index.ts';
import type { StoreQuery, StoreReader } from '../../store-reader.ts';
import { inMinutes } from '../explore/span-scope.ts';
import { type AnalysisAsking, type AnalysisScope, TRACE } from './analysis-scope.ts';
import { DURATIONS, type GroupRow } from './overview-groups.ts';
import { entriesAndRoots, TRACE_FLAGS, wholeSelection, wholeWindow } from './whole-traces.ts';

/** Groups of first spans, all together as one more, and how much was selected. */
export interface WholeOverview {
  readonly selection: AnalysisSelection;
  readonly rows: readonly GroupRow[];
}

/** Traces by their first spans, in one go; `rowsMax` operations, the most frequent first. */
export async function readWholeOverview(
  store: StoreReader,
  { scope, rowsMax }: { readonly scope: AnalysisScope; readonly rowsMax: number },
  { meter, signal }: AnalysisAsking,
): Promise<WholeOverview> {
  const read = async (asks: GroupsWish): Promise<readonly WholeRow[]> =>
    meter.rows(await store.read(groupsQuery(scope, asks), signal));
  const once = await read({ rowsMax, hasSeveral: false });
  const hasSeveral = (totalOf(once)?.several ?? 0) > 0;
  const rows = hasSeveral ? await read({ rowsMax, hasSeveral }) : once;
  const operations = rows.filter((row) => row.is_total === 0).map((row) => row.operation);
  const named =
    operations.length === 0
      ? []
      : meter.rows(await store.read(namesQuery(scope, operations), signal));
  const names = new Map(named.map((row) => [row.operation, row]));
  return {
    selection: wholeSelection(totalOf(rows) ?? { selected: 0, auxiliary: 0 }),
    rows: rows.map((row) => ({
      ...row,
      traces: row.selected - row.rootless,
      root_service: names.get(row.operation)?.root_service ?? '',
      root_name: names.get(row.operation)?.root_name ?? '',
    })),
  };
}

function totalOf(rows: readonly WholeRow[]): WholeRow | undefined {
  return rows.find((row) => row.is_total === 1);
}

interface WholeRow extends Omit<GroupRow, 'root_service' | 'root_name' | 'traces'> {
  /** Hash of service and name, in decimal. */
  readonly operation: string;
  /** Of the total alone, traces: selected, of them without a first span and with several, auxiliary. */
  readonly selected: number;
  readonly rootless: number;
  readonly several: number;
  readonly auxiliary: number;
}

const WholeRowSchema: z.ZodType<WholeRow> = z.object({
  is_total: z.number(),
  operation: z.string(),
  operations: uint64Number,
  requests: z.number(),
  request_errors: z.number(),
  selected: uint64Number,
  rootless: uint64Number,
  several: uint64Number,
  auxiliary: uint64Number,
  quantiles: z.array(z.number()),
});

/** Of texts once a value of the dictionary, not once a span. */
const OPERATION = sql`cityHash64(cityHash64(service), cityHash64(name))`;

interface GroupsWish {
  readonly rowsMax: number;
  /** Whether the first spans of traces with several are counted: that goes through all once more. */
  readonly hasSeveral: boolean;
}

function groupsQuery(
  scope: AnalysisScope,
  { rowsMax, hasSeveral }: GroupsWish,
): StoreQuery<WholeRow> {
  const parts = hasSeveral ? [groupsOfOne(scope), groupsOfSeveral(scope)] : [groupsOfOne(scope)];
  return {
    summary: 'SELECT spans overview of all traces',
    row: WholeRowSchema,
    sql: sql`
      SELECT toUInt8(grouping(place) > 0) AS is_total, toString(place) AS operation,
        uniqExactIf(place, place != 0) AS operations,
        sum(group_requests) AS requests, sum(group_errors) AS request_errors,
        sum(group_selected) AS selected, sum(group_rootless) AS rootless,
        sum(group_several) AS several, sum(group_auxiliary) AS auxiliary,
        ${DURATIONS.merged(sql`group_durations`)} AS quantiles
      FROM (${joinSql(parts, ' UNION ALL ')})
      GROUP BY GROUPING SETS ((place), ())
      HAVING is_total = 1 OR place != 0
      ORDER BY is_total DESC, requests DESC, place
      LIMIT ${param.uint64(rowsMax + 1)}`,
  };
}

const SUMS = sql`sum(abs(one_weight)) AS group_requests,
  sumIf(abs(one_weight), one_weight < 0) AS group_errors,
  ${DURATIONS.state(sql`one_ns`, sql`abs(one_weight)`)} AS group_durations`;

/**
 * Of selected traces with one first span, which almost all have: it is what the trace has in sum.
 * (An array a trace costs more than twice as much.) All other traces are those of operation 0.
 */
function groupsOfOne(scope: AnalysisScope): Sql {
  return sql`
    SELECT place, ${SUMS}, countIf(is_selected = 1) AS group_selected,
      countIf(is_selected = 1 AND first_spans = 0) AS group_rootless,
      countIf(is_selected = 1 AND first_spans > 1) AS group_several,
      countIf(is_auxiliary = 1) AS group_auxiliary
    FROM (
      SELECT is_selected, is_auxiliary, first_spans,
        is_selected = 1 AND first_spans = 1 AS is_one,
        if(is_one, hashes, 0) AS place, if(is_one, times, 0) AS one_ns,
        if(is_one, weights, 0) AS one_weight
      FROM (
        SELECT ${TRACE_FLAGS}, sum(is_counted) AS first_spans,
          sum(if(is_counted, hash, 0)) AS hashes, sum(if(is_counted, ns, 0)) AS times,
          sum(if(is_counted, signed_weight, 0)) AS weights
        FROM (${countedRows(scope)})
        GROUP BY trace
        HAVING is_selected = 1 OR is_auxiliary = 1
      )
    )
    GROUP BY place`;
}

/** Of selected traces with several first spans. */
function groupsOfSeveral(scope: AnalysisScope): Sql {
  return sql`
    SELECT hash AS place, ${SUMS}, 0 AS group_selected, 0 AS group_rootless, 0 AS group_several,
      0 AS group_auxiliary
    FROM (SELECT hash, ns AS one_ns, signed_weight AS one_weight FROM (${countedRows(scope)})
      WHERE is_counted AND trace IN (
        SELECT trace FROM (${countedRows(scope)})
        GROUP BY trace HAVING sum(is_counted) > 1 AND max(is_entry AND NOT is_other) = 1))
    GROUP BY place`;
}

function countedRows(scope: AnalysisScope): Sql {
  // Where first spans are what is selected, others of the same trace are not.
  const isCounted =
    scope.wish.set === 'roots' ? sql`is_entry = 1 AND is_other = 0` : sql`is_root = 1`;
  return entriesAndRoots(
    scope,
    sql`${TRACE} AS trace, greatest(duration_ns, 0) AS ns, ${OPERATION} AS hash,
      if(status_code = 2, -weight, weight) AS signed_weight, ${isCounted} AS is_counted`,
  );
}

interface NameRow {
  readonly operation: string;
  readonly root_service: string;
  readonly root_name: string;
}

const NameRowSchema: z.ZodType<NameRow> = z.object({
  operation: z.string(),
  root_service: z.string(),
  root_name: z.string(),
});

/** What the hashes stand for: roll-ups have every service and name of the time. */
function namesQuery(scope: AnalysisScope, operations: readonly string[]): StoreQuery<NameRow> {
  return {
    summary: 'SELECT red_1m operations in words',
    row: NameRowSchema,
    sql: sql`
      SELECT DISTINCT toString(${OPERATION}) AS operation, toString(service) AS root_service,
        toString(name) AS root_name
      FROM red_1m
      WHERE ${inMinutes(scope.wish.tenant, wholeWindow(scope))} AND root = 1
        AND toString(${OPERATION}) IN ${param.strings(operations)}
      LIMIT ${param.uint64(operations.length)}`,
  };
}
