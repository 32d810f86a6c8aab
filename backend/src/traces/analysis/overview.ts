import { param, type Sql, sql, uint64Number } from '@sonde/store';
import { z } from 'zod';
import type { AnalysisSelection, TracesOverviewResponse } from '../../api/contract/index.ts';
import type { StoreQuery, StoreReader } from '../../store-reader.ts';
import {
  type AnalysisAsking,
  type AnalysisScope,
  type AnalysisWish,
  boxWindow,
  entries,
  isPicked,
  resolveAnalysis,
  withoutBaseline,
} from './analysis-scope.ts';
import { type GroupRow, NO_GROUP, overviewRow } from './overview-groups.ts';
import { countSelected, NO_LIMIT, readSelection } from './read-selection.ts';
import { selectedRoots } from './selection.ts';
import { readWholeOverview } from './whole-overview.ts';
import { isGoneThroughWhole } from './whole-traces.ts';

const ROWS_MAX = 200;

/** Who is asked for what in the selected traces: by service and operation of their first spans. */
export async function readOverview(
  store: StoreReader,
  wish: AnalysisWish,
  asking: AnalysisAsking,
): Promise<TracesOverviewResponse> {
  const { meter, report } = asking;
  report({ step: 'Finding the traces', done: 0, of: 2 });
  const scope = await resolveAnalysis(store, withoutBaseline(wish), asking);
  const { selection, rows } = await readGroups(store, scope, asking);
  const { from, to } = boxWindow(scope);
  const seconds = Math.max((to - from) / 1000, 0.001);
  const sum = rows.find(({ is_total: isTotal }) => isTotal === 1) ?? NO_GROUP;
  const groups = rows.filter(({ is_total: isTotal }) => isTotal === 0);
  return {
    selection,
    rows: groups.map((row) => overviewRow(row, seconds)),
    rowsTotal: sum.operations,
    total: overviewRow(sum, seconds),
    rootless: Math.max(0, selection.traces - sum.traces),
    cost: meter.cost,
  };
}

interface Groups {
  readonly selection: AnalysisSelection;
  readonly rows: readonly GroupRow[];
}

async function readGroups(
  store: StoreReader,
  scope: AnalysisScope,
  asking: AnalysisAsking,
): Promise<Groups> {
  const { meter, signal, report } = asking;
  if (await isGoneThroughWhole(store, scope, asking)) {
    report({ step: 'Adding up their first spans', done: 1, of: 2 });
    return readWholeOverview(store, { scope, rowsMax: ROWS_MAX }, asking);
  }
  const { summary, roots } = await selectedFirst(store, scope, asking);
  report({ step: 'Adding up their first spans', done: 1, of: 2 });
  return { selection: summary, rows: meter.rows(await store.read(overviewQuery(roots), signal)) };
}

/** The selection, and its first spans as a condition on `spans`. */
async function selectedFirst(
  store: StoreReader,
  scope: AnalysisScope,
  asking: AnalysisAsking,
): Promise<{ readonly summary: AnalysisSelection; readonly roots: Sql }> {
  if (scope.wish.set === 'roots') {
    // What is selected is first spans: no set of traces is needed.
    const roots = sql`${entries(scope, boxWindow(scope))} AND ${isPicked(scope)}`;
    return { summary: await countSelected(store, scope, asking), roots };
  }
  const selection = await readSelection(store, scope, { budget: NO_LIMIT, asking });
  return { summary: await selection.summary, roots: selectedRoots(selection) };
}

const GroupRowSchema: z.ZodType<GroupRow> = z.object({
  is_total: z.number(),
  root_service: z.string(),
  root_name: z.string(),
  operations: uint64Number,
  requests: z.number(),
  request_errors: z.number(),
  traces: uint64Number,
  quantiles: z.array(z.number()),
});

function overviewQuery(roots: Sql): StoreQuery<GroupRow> {
  const weight = sql`toUInt32(greatest(round(weight), 1))`;
  return {
    summary: 'SELECT spans overview',
    row: GroupRowSchema,
    sql: sql`
      SELECT toUInt8(grouping(service, name) > 0) AS is_total,
        toString(service) AS root_service, toString(name) AS root_name,
        uniqExact(service, name) AS operations,
        sum(weight) AS requests,
        sumIf(weight, status_code = 2) AS request_errors,
        uniqExact(trace_id) AS traces,
        arrayMap(ns -> ifNotFinite(toFloat64(ns), 0),
          quantilesTDigestWeighted(0.5, 0.95, 0.99)(greatest(duration_ns, 0), ${weight})) AS quantiles
      FROM spans
      WHERE ${roots}
      GROUP BY GROUPING SETS ((service, name), ())
      ORDER BY is_total DESC, requests DESC, root_service, root_name
      LIMIT ${param.uint64(ROWS_MAX + 1)}`,
  };
}
