import { joinSql, param, type Sql, sql, uint64Number } from '@sonde/store';
import { z } from 'zod';
import { inTimestamps } from '../../instant-sql.ts';
import type { StoreQuery } from '../../store-reader.ts';
import type { TimeSteps } from '../../time-steps.ts';
import type { TimeWindow } from '../../time-windows.ts';
import { type AnalysisScope, inTraces, TRACE } from './analysis-scope.ts';
import { allRoots, allSpans, type Selection, selectedSpans } from './selection.ts';

export const CAUSES_MAX = 100;
/** Spans of one trace that failed, or handed an error on, that are looked at. */
const FAILED_SPANS_MAX = 20_000;
const MESSAGE_CHARACTERS_MAX = 400;
const STACK_BYTES_MAX = 16_384;

/** What makes two errors one. */
export interface CauseKey {
  readonly service: string;
  readonly name: string;
  readonly message: string;
  readonly exception_type: string;
}

export interface CauseRow {
  /** 1: of all causes together, once. */
  readonly is_total: number;
  readonly traces: number;
  readonly ended_well: number;
  readonly span_count: number;
  /** Step and traces, parallel. */
  readonly steps: readonly [readonly number[], readonly number[]];
  readonly first_ms: number;
  readonly sample: SampleId;
  readonly causes: number;
}

/** A span of a cause: ids in hexadecimal, its start in milliseconds. */
export type SampleId = readonly [trace: string, span: string, ms: number];

export const CauseRowSchema: z.ZodType<CauseRow> = z.object({
  is_total: z.number(),
  traces: uint64Number,
  ended_well: uint64Number,
  span_count: uint64Number,
  steps: z.tuple([z.array(z.number()), z.array(uint64Number)]),
  first_ms: z.number(),
  sample: z.tuple([z.string(), z.string(), z.number()]),
  causes: uint64Number,
});

const EVENT = sql`arrayFirst(event -> mapContains(event, 'exception.type')
  OR mapContains(event, 'exception.message'), events.attributes)`;

/** The span's own words about what went wrong, as they are. */
const TEXT = sql`multiIf(status_message != '', status_message, ${EVENT}['exception.message'])`;

/** Words with a digit in them are what differs from one time to the next. */
function messageOf(text: Sql): Sql {
  return sql`multiIf(
    ${text} != '', replaceRegexpAll(leftUTF8(${text}, ${param.uint64(MESSAGE_CHARACTERS_MAX)}),
      '[\\\\w.:@-]*\\\\d[\\\\w.:@-]*', '<*>'),
    http_status_code > 0, concat('HTTP ', toString(http_status_code)),
    '')`;
}

const EXCEPTION_TYPE = sql`${EVENT}['exception.type']`;

/** Of a failed span, what makes two errors one. */
const CAUSE_HASH: Sql = sql`cityHash64(toString(service), toString(name),
  ${messageOf(TEXT)},
  ${EXCEPTION_TYPE})`;

/** The step that a time lies in. */
export function stepOf(time: Sql, { fromMs, stepMs }: TimeSteps): Sql {
  return sql`toUInt32(greatest(0, intDiv(toUnixTimestamp64Milli(${time})
    - ${param.int64(fromMs)}, ${param.int64(stepMs)})))`;
}

/** Looked for before any set of traces is: few spans fail. */
const FAILED = sql`spans PREWHERE status_code = 2`;

/**
 * Failed spans, and those that may have handed an error on without failing: by convention a server
 * that answers 4xx has not failed, its caller has.
 */
export const FAILED_OR_REFUSED: Sql = sql`spans
  PREWHERE status_code = 2 OR (http_status_code >= 400 AND kind = 2)`;

/** Such a span: its id, its parent's, its cause (0: it has not failed), its start and its trace. */
const LINK = sql`(reinterpretAsUInt64(span_id), reinterpretAsUInt64(parent_span_id),
  if(status_code = 2, ${CAUSE_HASH}, 0), timestamp, trace_id)`;

/**
 * Columns of a trace of those: `origins`, which are failed spans without a failed one below, right
 * below or behind a server that handed it on, each once; and `failed_callers`, what is right above
 * failed spans (0: a first span failed).
 */
export const ORIGIN_COLUMNS: Sql = sql`
  groupArray(${param.uint64(FAILED_SPANS_MAX)})(${LINK}) AS links,
  arrayFilter(link -> link.3 != 0, links).2 AS failed_callers,
  arrayFilter((link, nth) -> link.3 = 0 AND nth = 1, links, arrayEnumerateUniq(links.1)) AS refused,
  arrayConcat(failed_callers, arrayFilter((link, nth) -> nth > 1, refused,
    ${countedBehind(sql`failed_callers`, sql`refused.1`)}).2) AS callers,
  arrayFilter((link, nth) -> link.3 != 0 AND nth = 1, links,
    ${countedBehind(sql`callers`, sql`links.1`)}) AS origins`;

/**
 * Of each of `ids`, how often it was there with it: among `known` and the ids before. (A lambda with
 * `has` copies the one array for each element of the other.)
 */
function countedBehind(known: Sql, ids: Sql): Sql {
  return sql`arraySlice(arrayEnumerateUniq(arrayConcat(${known}, ${ids})), length(${known}) + 1)`;
}

/**
 * Where the errors began: origins. Each counts a trace once. The row of all causes comes first; what a
 * cause says is read of its sample.
 */
export function causesQuery(selection: Selection, steps: TimeSteps): StoreQuery<CauseRow> {
  return {
    summary: 'SELECT spans error causes',
    row: CauseRowSchema,
    sql: sql`
      SELECT toUInt8(grouping(hash) > 0) AS is_total,
        uniqExact(trace_id) AS traces,
        uniqExactIf(trace_id, NOT root_failed ${hasRoot(selection)}) AS ended_well,
        sum(span_count_of_trace) AS span_count,
        sumMap([step], [toUInt64(1)]) AS steps,
        toFloat64(toUnixTimestamp64Milli(min(first))) AS first_ms,
        argMin((lower(hex(trace_id)), lower(hex(reinterpretAsFixedString(first_span))),
          toFloat64(toUnixTimestamp64Milli(first))), first) AS sample,
        uniqExact(hash) AS causes
      FROM (
        SELECT trace_id, origin.3 AS hash, any(has_failed_root) AS root_failed,
          uniqExact(origin.1) AS span_count_of_trace,
          min(origin.4) AS first, ${stepOf(sql`first`, steps)} AS step, argMin(origin.1, origin.4) AS first_span
        FROM (
          SELECT trace_id, ${ORIGIN_COLUMNS}, has(failed_callers, 0) AS has_failed_root
          FROM ${FAILED_OR_REFUSED}
          WHERE ${selectedSpans(selection)}
          GROUP BY trace_id
        )
        ARRAY JOIN origins AS origin
        GROUP BY trace_id, hash
      )
      GROUP BY GROUPING SETS ((hash), ())
      ORDER BY is_total DESC, traces DESC, first_ms, hash
      LIMIT ${param.uint64(CAUSES_MAX + 1)}`,
  };
}

/** Of a trace with errors: whether its first span is stored. */
function hasRoot(selection: Selection): Sql {
  // Where first spans are what was selected each trace has one.
  if (selection.scope.wish.set === 'roots') return sql``;
  const failed = sql`SELECT ${TRACE} FROM ${FAILED} WHERE ${allSpans(selection)}`;
  return sql`AND ${TRACE} IN (SELECT ${TRACE} FROM spans
    WHERE ${allRoots(selection)} AND ${inTraces(failed)})`;
}

const KEY = {
  service: z.string(),
  name: z.string(),
  message: z.string(),
  exception_type: z.string(),
};

const KEY_COLUMNS = sql`toString(service) AS service, toString(name) AS name, ${TEXT} AS text,
  ${messageOf(sql`text`)} AS message, ${EXCEPTION_TYPE} AS exception_type`;

/** What a failed span says. */
export interface SampleRow extends CauseKey {
  /** Trace and span in hexadecimal. */
  readonly id: string;
  readonly kind: number;
  readonly text: string;
  readonly stack: string;
}

const SampleRowSchema: z.ZodType<SampleRow> = z.object({
  ...KEY,
  id: z.string(),
  kind: z.number(),
  text: z.string(),
  stack: z.string(),
});

/** The words and stacks of these spans: of all failed ones they would not fit into memory. */
export function samplesQuery(
  { wish }: AnalysisScope,
  samples: readonly SampleId[],
): StoreQuery<SampleRow> {
  const times = samples.map(([, , ms]) => ms);
  const window = { from: Math.floor(Math.min(...times)), to: Math.ceil(Math.max(...times)) + 1 };
  const ids = samples.map(
    ([trace, span]) => sql`(toFixedString(unhex(${param.string(trace)}), 16),
      toFixedString(unhex(${param.string(span)}), 8))`,
  );
  return {
    summary: 'SELECT spans samples',
    row: SampleRowSchema,
    sql: sql`
      SELECT concat(lower(hex(trace_id)), lower(hex(span_id))) AS id, kind, ${KEY_COLUMNS},
        left(${EVENT}['exception.stacktrace'], ${param.uint64(STACK_BYTES_MAX)}) AS stack
      FROM ${FAILED}
      WHERE tenant = ${param.string(wish.tenant)} AND ${inTimestamps(window)}
        AND (trace_id, span_id) IN (${joinSql(ids, ', ')})
      LIMIT 1 BY id`,
  };
}

export interface SeenBeforeRow extends CauseKey {
  readonly first_ms: number;
}

const SeenBeforeRowSchema: z.ZodType<SeenBeforeRow> = z.object({ ...KEY, first_ms: z.number() });

/** When errors of these spans were first there in the time before. */
export function seenBeforeQuery(
  { wish }: AnalysisScope,
  { window, causes }: { readonly window: TimeWindow; readonly causes: readonly CauseKey[] },
): StoreQuery<SeenBeforeRow> {
  const services = [...new Set(causes.map(({ service }) => service))];
  const names = [...new Set(causes.map(({ name }) => name))];
  const where: Sql = sql`tenant = ${param.string(wish.tenant)}
    AND ${inTimestamps(window)}
    AND service IN ${param.strings(services)} AND name IN ${param.strings(names)}`;
  return {
    summary: 'SELECT spans errors before',
    row: SeenBeforeRowSchema,
    sql: sql`
      SELECT service, name, message, exception_type,
        toFloat64(toUnixTimestamp64Milli(min(first_start))) AS first_ms
      FROM (SELECT ${KEY_COLUMNS}, timestamp AS first_start FROM ${FAILED} WHERE ${where})
      GROUP BY service, name, message, exception_type
      LIMIT 10000`,
  };
}
