import { param, type Sql, sql, uint64Number } from '@sonde/store';
import { z } from 'zod';
import type { AnalysisSelection } from '../../api/contract/index.ts';
import type { StoreQuery, StoreReader } from '../../store-reader.ts';
import type { TimeSteps } from '../../time-steps.ts';
import { type AnalysisAsking, type AnalysisScope, TRACE } from './analysis-scope.ts';
import {
  CAUSE_HASH,
  CAUSES_MAX,
  type CauseRow,
  CauseRowSchema,
  FAILED_SPANS_MAX,
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

/** Failed spans, each its id, its parent's, its cause, its trace and its start. */
const NONE = sql`CAST([], 'Array(Tuple(UInt64, UInt64, UInt64, FixedString(16),
  DateTime64(9, \\'UTC\\')))')`;
const ITSELF = sql`[(reinterpretAsUInt64(span_id), reinterpretAsUInt64(parent_span_id),
  ${CAUSE_HASH}, trace_id, timestamp)]`;

/** Of each cause, and of every trace as the cause 0. */
function causesQuery(scope: AnalysisScope, steps: TimeSteps): StoreQuery<WholeRow> {
  return {
    summary: 'SELECT spans error causes of all traces',
    row: WholeRowSchema,
    sql: sql`
      SELECT toUInt8(hash = 0) AS is_total,
        countIf(is_selected = 1 AND notEmpty(origins)) AS traces,
        countIf(is_selected = 1 AND notEmpty(origins) AND has_root = 1
          AND NOT has(failed.2, 0)) AS ended_well,
        sum(if(hash = 0, 0, length(arrayDistinct(mine.1)))) AS span_count,
        sumMapIf([${stepOf(sql`first.5`, steps)}], [toUInt64(1)], hash != 0) AS steps,
        toFloat64(toUnixTimestamp64Milli(min(first.5))) AS first_ms,
        argMin((lower(hex(first.4)), lower(hex(reinterpretAsFixedString(first.1))),
          toFloat64(toUnixTimestamp64Milli(first.5))), first.5) AS sample,
        toUInt64(count() OVER () - 1) AS causes,
        countIf(is_selected = 1) AS selected, countIf(is_auxiliary = 1) AS auxiliary
      FROM (
        SELECT *, hash, arrayFilter(span -> span.3 = hash, origins) AS mine,
          arraySort(span -> span.5, mine)[1] AS first
        FROM (${tracesWithOrigins(scope)})
        ARRAY JOIN arrayPushFront(arrayDistinct(origins.3), toUInt64(0)) AS hash
      )
      GROUP BY hash
      ORDER BY is_total DESC, traces DESC, first_ms, hash
      LIMIT ${param.uint64(CAUSES_MAX + 1)}`,
  };
}

/** Traces with the failed spans without a failed span below. */
function tracesWithOrigins(scope: AnalysisScope): Sql {
  // Few spans fail: what they say is read of those alone.
  return sql`
    SELECT ${TRACE_FLAGS}, max(is_root) AS has_root,
      groupArrayArray(${param.uint64(FAILED_SPANS_MAX)})(failed_spans) AS failed,
      if(is_selected = 1, arrayFilter(span -> NOT has(failed.2, span.1), failed), []) AS origins
    FROM (
      ${entriesAndRoots(scope, sql`${TRACE} AS trace, ${NONE} AS failed_spans`)}
      UNION ALL
      SELECT ${TRACE} AS trace, ${ITSELF} AS failed_spans,
        toUInt8(0) AS is_entry, toUInt8(0) AS is_other, toUInt8(0) AS is_root
      FROM spans PREWHERE status_code = 2 WHERE ${wholeSpans(scope)}
    )
    GROUP BY trace
    HAVING is_selected = 1 OR is_auxiliary = 1`;
}
