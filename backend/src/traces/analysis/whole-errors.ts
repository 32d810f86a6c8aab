import { param, type Sql, sql } from '@sonde/store';
import type { AnalysisSelection } from '../../api/contract/index.ts';
import type { StoreQuery, StoreReader } from '../../store-reader.ts';
import type { TimeSteps } from '../../time-steps.ts';
import { type AnalysisAsking, type AnalysisScope, inTraces, TRACE } from './analysis-scope.ts';
import {
  CAUSES_MAX,
  type CauseRow,
  CauseRowSchema,
  FAILED,
  FAILED_OR_REFUSED,
  ORIGIN_COLUMNS,
  stepOf,
} from './error-queries.ts';
import { countSelected } from './read-selection.ts';
import { entriesAndRoots, wholeSpans } from './whole-traces.ts';

/** Causes, all together as one more, and how much was selected. */
export interface WholeErrors {
  readonly selection: AnalysisSelection;
  readonly rows: readonly CauseRow[];
}

/** Where the errors of selected traces began, in one go; meanwhile the selected traces are counted. */
export async function readWholeErrors(
  store: StoreReader,
  { scope, steps }: { readonly scope: AnalysisScope; readonly steps: TimeSteps },
  asking: AnalysisAsking,
): Promise<WholeErrors> {
  const { meter, signal } = asking;
  const [selection, rows] = await Promise.all([
    countSelected(store, scope, asking),
    store.read(causesQuery(scope, steps), signal).then((answer) => meter.rows(answer)),
  ]);
  return { selection, rows };
}

/** Of each cause, and of all together. */
function causesQuery(scope: AnalysisScope, steps: TimeSteps): StoreQuery<CauseRow> {
  return {
    summary: 'SELECT spans error causes of all traces',
    row: CauseRowSchema,
    sql: sql`
      SELECT toUInt8(grouping(hash) > 0) AS is_total,
        if(is_total = 1, sum(any_traces), sum(cause_traces)) AS traces,
        if(is_total = 1, sum(any_ended_well), sum(cause_ended_well)) AS ended_well,
        sum(cause_spans) AS span_count,
        sumMap(cause_steps) AS steps,
        toFloat64(toUnixTimestamp64Milli(min(cause_first))) AS first_ms,
        argMin(cause_sample, cause_first) AS sample,
        uniqExact(hash) AS causes
      FROM (${causes(scope, steps)})
      GROUP BY GROUPING SETS ((hash), ())
      ORDER BY is_total DESC, traces DESC, first_ms, hash
      LIMIT ${param.uint64(CAUSES_MAX + 1)}`,
  };
}

/** A row a cause. `any_`: of a trace with several, once. A span that was delivered twice is one. */
function causes(scope: AnalysisScope, steps: TimeSteps): Sql {
  return sql`
    SELECT hash, countIf(is_first) AS cause_traces, countIf(is_first AND has_ended_well) AS cause_ended_well,
      countIf(nth = 1) AS any_traces, countIf(nth = 1 AND has_ended_well) AS any_ended_well,
      countIf(nth_of_id = 1) AS cause_spans,
      sumMapIf([${stepOf(sql`start`, steps)}], [toUInt64(1)], is_first) AS cause_steps,
      min(start) AS cause_first,
      argMin((lower(hex(trace_id)), lower(hex(reinterpretAsFixedString(span))),
        toFloat64(toUnixTimestamp64Milli(start))), start) AS cause_sample
    FROM (
      SELECT has_ended_well, nth, nth_of_id, origin.3 AS hash, origin.4 AS start,
        origin.5 AS trace_id, origin.1 AS span, hash != before AS is_first
      FROM (${tracesWithOrigins(scope)})
      ARRAY JOIN trace_origins AS origin, arrayEnumerate(trace_origins) AS nth,
        arrayEnumerateUniq(trace_origins.3, trace_origins.1) AS nth_of_id,
        arrayPopBack(arrayPushFront(trace_origins.3, toUInt64(0))) AS before
    )
    GROUP BY hash`;
}

/** Selected traces with origins, those of a cause together. Few have any: the others are not gone through. */
function tracesWithOrigins(scope: AnalysisScope): Sql {
  const failed = sql`SELECT ${TRACE} FROM ${FAILED} WHERE ${wholeSpans(scope)}`;
  return sql`
    SELECT trace_origins, has_root = 1 AND root_failed = 0 AS has_ended_well
    FROM (
      SELECT ${TRACE} AS trace, ${ORIGIN_COLUMNS},
        arraySort(link -> (link.3, link.4, link.1), origins) AS trace_origins,
        has(failed_callers, 0) AS root_failed
      FROM ${FAILED_OR_REFUSED} WHERE ${wholeSpans(scope)}
      GROUP BY trace
    ) AS failures
    INNER JOIN (
      SELECT trace, max(is_root) AS has_root
      FROM (${entriesAndRoots(scope, sql`${TRACE} AS trace`)} AND ${inTraces(failed)})
      GROUP BY trace
      HAVING max(is_entry AND NOT is_other) = 1
    ) AS known ON known.trace = failures.trace`;
}
