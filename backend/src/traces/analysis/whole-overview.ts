import { param, type Sql, sql, uint64Number } from '@sonde/store';
import { z } from 'zod';
import type { AnalysisSelection } from '../../api/contract/index.ts';
import type { StoreQuery, StoreReader } from '../../store-reader.ts';
import { inMinutes } from '../explore/span-scope.ts';
import { type AnalysisAsking, type AnalysisScope, TRACE } from './analysis-scope.ts';
import type { GroupRow } from './overview-groups.ts';
import { entriesAndRoots, TRACE_FLAGS, wholeSelection, wholeWindow } from './whole-traces.ts';

/** First spans of one trace that are counted. */
const ROOTS_MAX = 200_000;

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
  const rows = meter.rows(await store.read(groupsQuery(scope, rowsMax), signal));
  const operations = rows.filter((row) => row.is_total === 0).map((row) => row.operation);
  const named =
    operations.length === 0
      ? []
      : meter.rows(await store.read(namesQuery(scope, operations), signal));
  const names = new Map(named.map((row) => [row.operation, row]));
  const total = rows.find((row) => row.is_total === 1) ?? { selected: 0, auxiliary: 0 };
  return {
    selection: wholeSelection(total),
    rows: rows.map((row) => ({
      ...row,
      traces: row.selected - row.rootless,
      root_service: names.get(row.operation)?.root_service ?? '',
      root_name: names.get(row.operation)?.root_name ?? '',
    })),
  };
}

interface WholeRow extends Omit<GroupRow, 'root_service' | 'root_name' | 'traces'> {
  /** Hash of service and name, in decimal. */
  readonly operation: string;
  /** Of the total alone, traces: selected, those of them without a first span, of auxiliary requests. */
  readonly selected: number;
  readonly rootless: number;
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
  auxiliary: uint64Number,
  quantiles: z.array(z.number()),
});

/** Of texts once a value of the dictionary, not once a span. */
const OPERATION = sql`cityHash64(cityHash64(service), cityHash64(name))`;
const LEVELS = sql`0.5, 0.95, 0.99`;

function groupsQuery(scope: AnalysisScope, rowsMax: number): StoreQuery<WholeRow> {
  return {
    summary: 'SELECT spans overview of all traces',
    row: WholeRowSchema,
    sql: sql`
      SELECT toUInt8(grouping(place) > 0) AS is_total, toString(place) AS operation,
        uniqExactIf(place, place != 0) AS operations,
        sum(group_requests) AS requests, sum(group_errors) AS request_errors,
        sum(group_selected) AS selected, sum(group_rootless) AS rootless,
        sum(group_auxiliary) AS auxiliary,
        arrayMap(ns -> ifNotFinite(toFloat64(ns), 0),
          quantilesTDigestWeightedMerge(${LEVELS})(group_quantiles)) AS quantiles
      FROM (${groups(scope)})
      GROUP BY GROUPING SETS ((place), ())
      HAVING is_total = 1 OR place != 0
      ORDER BY is_total DESC, requests DESC, place
      LIMIT ${param.uint64(rowsMax + 1)}`,
  };
}

/** A row an operation; traces without a first span, and auxiliary ones, are that of operation 0. */
function groups(scope: AnalysisScope): Sql {
  const most = param.uint64(ROOTS_MAX);
  // Where first spans are what is selected, others of the same trace are not.
  const isCounted =
    scope.wish.set === 'roots' ? sql`is_entry = 1 AND is_other = 0` : sql`is_root = 1`;
  const spans = entriesAndRoots(
    scope,
    sql`${TRACE} AS trace, greatest(duration_ns, 0) AS ns, ${OPERATION} AS hash,
      if(status_code = 2, -weight, weight) AS signed_weight`,
  );
  return sql`
    SELECT place, sum(abs(one_weight)) AS group_requests,
      sumIf(abs(one_weight), one_weight < 0) AS group_errors,
      countIf(nth <= 1 AND is_selected = 1) AS group_selected,
      countIf(nth = 0 AND is_selected = 1) AS group_rootless,
      countIf(nth <= 1 AND is_auxiliary = 1) AS group_auxiliary,
      quantilesTDigestWeightedState(${LEVELS})(one_ns,
        if(nth = 0, 0, toUInt32(greatest(round(abs(one_weight)), 1)))) AS group_quantiles
    FROM (
      SELECT ${TRACE_FLAGS},
        groupArrayIf(${most})(ns, ${isCounted}) AS root_ns,
        groupArrayIf(${most})(hash, ${isCounted}) AS root_hashes,
        groupArrayIf(${most})(signed_weight, ${isCounted}) AS root_weights
      FROM (${spans})
      GROUP BY trace
      HAVING is_selected = 1 OR is_auxiliary = 1
    )
    LEFT ARRAY JOIN if(is_selected = 1, root_ns, []) AS one_ns,
      if(is_selected = 1, root_hashes, []) AS place,
      if(is_selected = 1, root_weights, []) AS one_weight,
      if(is_selected = 1, arrayEnumerate(root_ns), []) AS nth
    GROUP BY place`;
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
