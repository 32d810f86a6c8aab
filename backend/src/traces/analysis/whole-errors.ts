import { param, type Sql, sql, uint64Number } from '@sonde/store';
import { z } from 'zod';
import type { AnalysisSelection } from '../../api/contract/index.ts';
import type { StoreQuery, StoreReader } from '../../store-reader.ts';
import type { TimeSteps } from '../../time-steps.ts';
import { type AnalysisAsking, type AnalysisScope, TRACE } from './analysis-scope.ts';
import {
  CAUSES_MAX,
  type CauseRow,
  CauseRowSchema,
  FAILED_OR_REFUSED,
  ORIGIN_COLUMNS,
  stepOf,
} from './error-queries.ts';
import { entriesAndRoots, TRACE_FLAGS, wholeSelection, wholeSpans } from './whole-traces.ts';

/** Causes, all together as one more, and how much was selected. */
export interface WholeErrors {
  readonly selection: AnalysisSelection;
  readonly rows: readonly CauseRow[];
}

/** Where the errors of selected traces began, in one go. */
export async function readWholeErrors(
  store: StoreReader,
  { scope, steps }: { readonly scope: AnalysisScope; readonly steps: TimeSteps },
  { meter, signal }: AnalysisAsking,
): Promise<WholeErrors> {
  const rows = meter.rows(await store.read(causesQuery(scope, steps), signal));
  const total = rows.find((row) => row.is_total === 1) ?? { selected: 0, auxiliary: 0 };
  return { selection: wholeSelection(total), rows };
}

interface WholeRow extends CauseRow {
  /** Of the total alone: traces. */
  readonly selected: number;
  readonly auxiliary: number;
}

const WholeRowSchema: z.ZodType<WholeRow> = z.intersection(
  CauseRowSchema,
  z.object({ selected: uint64Number, auxiliary: uint64Number }),
);

/** Of each cause, and of all together. */
function causesQuery(scope: AnalysisScope, steps: TimeSteps): StoreQuery<WholeRow> {
  return {
    summary: 'SELECT spans error causes of all traces',
    row: WholeRowSchema,
    sql: sql`
      SELECT toUInt8(grouping(hash) > 0) AS is_total,
        if(is_total = 1, sum(any_traces), sum(cause_traces)) AS traces,
        if(is_total = 1, sum(any_ended_well), sum(cause_ended_well)) AS ended_well,
        sum(cause_spans) AS span_count,
        sumMap(cause_steps) AS steps,
        toFloat64(toUnixTimestamp64Milli(minIf(cause_first, hash != 0))) AS first_ms,
        argMinIf(cause_sample, cause_first, hash != 0) AS sample,
        toUInt64(uniqExactIf(hash, hash != 0)) AS causes,
        sum(cause_selected) AS selected, sum(cause_auxiliary) AS auxiliary
      FROM (${causes(scope, steps)})
      GROUP BY GROUPING SETS ((hash), ())
      HAVING is_total = 1 OR hash != 0
      ORDER BY is_total DESC, traces DESC, first_ms, hash
      LIMIT ${param.uint64(CAUSES_MAX + 1)}`,
  };
}

/**
 * A row a cause; traces without one are those of cause 0. `any_`: of a trace with several, once. A
 * span that was delivered twice is one.
 */
function causes(scope: AnalysisScope, steps: TimeSteps): Sql {
  return sql`
    SELECT hash, countIf(is_first) AS cause_traces, countIf(is_first AND has_ended_well) AS cause_ended_well,
      countIf(nth = 1) AS any_traces, countIf(nth = 1 AND has_ended_well) AS any_ended_well,
      countIf(nth_of_id = 1) AS cause_spans,
      sumMapIf([${stepOf(sql`start`, steps)}], [toUInt64(1)], is_first) AS cause_steps,
      minIf(start, nth > 0) AS cause_first,
      argMinIf((lower(hex(trace_id)), lower(hex(reinterpretAsFixedString(span))),
        toFloat64(toUnixTimestamp64Milli(start))), start, nth > 0) AS cause_sample,
      countIf(nth <= 1 AND is_selected = 1) AS cause_selected,
      countIf(nth <= 1 AND is_auxiliary = 1) AS cause_auxiliary
    FROM (
      SELECT is_selected, is_auxiliary, has_ended_well, nth, nth_of_id, origin.3 AS hash, origin.4 AS start,
        origin.5 AS trace_id, origin.1 AS span, nth > 0 AND hash != before AS is_first
      FROM (${tracesWithOrigins(scope)})
      LEFT ARRAY JOIN origins AS origin, arrayEnumerate(origins) AS nth,
        arrayEnumerateUniq(origins.3, origins.1) AS nth_of_id,
        arrayPopBack(arrayPushFront(origins.3, toUInt64(0))) AS before
    )
    GROUP BY hash`;
}

/** Traces with their origins, those of a cause together. */
function tracesWithOrigins(scope: AnalysisScope): Sql {
  // Few spans fail: what they say is read of those alone, and few traces have any.
  return sql`
    SELECT is_selected, is_auxiliary, if(is_selected = 1, trace_origins, []) AS origins,
      has_root = 1 AND root_failed = 0 AS has_ended_well
    FROM (
      SELECT trace, ${TRACE_FLAGS}, max(is_root) AS has_root
      FROM (${entriesAndRoots(scope, sql`${TRACE} AS trace`)})
      GROUP BY trace
      HAVING is_selected = 1 OR is_auxiliary = 1
    ) AS known
    LEFT JOIN (
      SELECT ${TRACE} AS trace, ${ORIGIN_COLUMNS},
        arraySort(link -> (link.3, link.4, link.1), origins) AS trace_origins,
        has(failed_callers, 0) AS root_failed
      FROM ${FAILED_OR_REFUSED} WHERE ${wholeSpans(scope)}
      GROUP BY trace
    ) AS failures ON known.trace = failures.trace`;
}
