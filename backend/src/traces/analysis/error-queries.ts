import { param, type Sql, sql, uint64Number } from '@sonde/store';
import { z } from 'zod';
import { inTimestamps } from '../../instant-sql.ts';
import type { StoreQuery } from '../../store-reader.ts';
import type { TimeSteps } from '../../time-steps.ts';
import type { TimeWindow } from '../../time-windows.ts';
import { type Selection, selectedRoots, selectedSpans } from './selection.ts';

export const CAUSES_MAX = 100;
const MESSAGE_CHARACTERS_MAX = 400;
const STACK_BYTES_MAX = 16_384;

/** What makes two errors one. */
export interface CauseKey {
  readonly service: string;
  readonly name: string;
  readonly message: string;
  readonly exception_type: string;
}

export interface CauseRow extends CauseKey {
  readonly kind: number;
  readonly traces: number;
  readonly ended_well: number;
  readonly span_count: number;
  /** Step and traces, parallel. */
  readonly steps: readonly [readonly number[], readonly number[]];
  readonly first_ms: number;
  readonly sample: readonly [trace: string, span: string, ms: number, text: string, stack: string];
  /** Of all causes, the same in each row. */
  readonly causes: number;
}

const KEY = {
  service: z.string(),
  name: z.string(),
  message: z.string(),
  exception_type: z.string(),
};

const CauseRowSchema: z.ZodType<CauseRow> = z.object({
  ...KEY,
  kind: z.number(),
  traces: uint64Number,
  ended_well: uint64Number,
  span_count: uint64Number,
  steps: z.tuple([z.array(z.number()), z.array(uint64Number)]),
  first_ms: z.number(),
  sample: z.tuple([z.string(), z.string(), z.number(), z.string(), z.string()]),
  causes: uint64Number,
});

const EVENT = sql`arrayFirst(event -> mapContains(event, 'exception.type')
  OR mapContains(event, 'exception.message'), events.attributes)`;

/** The span's own words about what went wrong, as they are. */
const TEXT = sql`multiIf(status_message != '', status_message, ${EVENT}['exception.message'])`;

/** Words with a digit in them are what differs from one time to the next. */
const MESSAGE = sql`multiIf(
  text != '', replaceRegexpAll(leftUTF8(text, ${param.uint64(MESSAGE_CHARACTERS_MAX)}),
    '[\\\\w.:@-]*\\\\d[\\\\w.:@-]*', '<*>'),
  http_status_code > 0, concat('HTTP ', toString(http_status_code)),
  '')`;

const FIELDS = sql`toString(service) AS service, toString(name) AS name, ${TEXT} AS text,
  ${MESSAGE} AS message, ${EVENT}['exception.type'] AS exception_type`;

/** Failed spans without a failed span below: where the errors began. Each counts a trace once. */
export function causesQuery(selection: Selection, steps: TimeSteps): StoreQuery<CauseRow> {
  const failed = sql`${selectedSpans(selection)} AND status_code = 2`;
  const roots = sql`SELECT trace_id FROM spans WHERE ${selectedRoots(selection)}`;
  const step = sql`toUInt32(greatest(0, intDiv(toUnixTimestamp64Milli(min(first_start))
    - ${param.int64(steps.fromMs)}, ${param.int64(steps.stepMs)})))`;
  return {
    summary: 'SELECT spans error causes',
    row: CauseRowSchema,
    sql: sql`
      SELECT service, name, message, exception_type, any(kind_of_trace) AS kind,
        count() AS traces,
        countIf(trace_id IN (${roots} AND status_code != 2)
          AND trace_id NOT IN (${roots} AND status_code = 2)) AS ended_well,
        sum(span_count_of_trace) AS span_count,
        sumMap([step], [toUInt64(1)]) AS steps,
        toFloat64(toUnixTimestamp64Milli(min(first))) AS first_ms,
        argMax(sample_of_trace, first) AS sample,
        count() OVER () AS causes
      FROM (
        SELECT service, name, message, exception_type, trace_id,
          any(span_kind) AS kind_of_trace,
          count() AS span_count_of_trace,
          ${step} AS step,
          min(first_start) AS first,
          argMin((lower(hex(trace_id)), lower(hex(span_id)),
            toFloat64(toUnixTimestamp64Milli(first_start)), text, stack), first_start)
            AS sample_of_trace
        FROM (
          SELECT ${FIELDS}, trace_id, span_id, kind AS span_kind, timestamp AS first_start,
            left(${EVENT}['exception.stacktrace'], ${param.uint64(STACK_BYTES_MAX)}) AS stack
          FROM spans
          WHERE ${failed} AND (trace_id, span_id) NOT IN (
            SELECT trace_id, parent_span_id FROM spans WHERE ${failed})
          LIMIT 1 BY trace_id, span_id
        )
        GROUP BY service, name, message, exception_type, trace_id
      )
      GROUP BY service, name, message, exception_type
      ORDER BY traces DESC, service, name, message
      LIMIT ${param.uint64(CAUSES_MAX)}`,
  };
}

export interface FailedRow {
  readonly failed: number;
}

const FailedRowSchema: z.ZodType<FailedRow> = z.object({ failed: uint64Number });

/** How many of the selected traces have an error anywhere. */
export function failedTracesQuery(selection: Selection): StoreQuery<FailedRow> {
  return {
    summary: 'SELECT spans failed traces',
    row: FailedRowSchema,
    sql: sql`SELECT uniqExact(trace_id) AS failed FROM spans
      WHERE ${selectedSpans(selection)} AND status_code = 2`,
  };
}

export interface SeenBeforeRow extends CauseKey {
  readonly first_ms: number;
}

const SeenBeforeRowSchema: z.ZodType<SeenBeforeRow> = z.object({ ...KEY, first_ms: z.number() });

/** When errors of these spans were first there in the time before. */
export function seenBeforeQuery(
  selection: Selection,
  { window, causes }: { readonly window: TimeWindow; readonly causes: readonly CauseKey[] },
): StoreQuery<SeenBeforeRow> {
  const services = [...new Set(causes.map(({ service }) => service))];
  const names = [...new Set(causes.map(({ name }) => name))];
  const where: Sql = sql`tenant = ${param.string(selection.scope.wish.tenant)}
    AND ${inTimestamps(window)} AND status_code = 2
    AND service IN ${param.strings(services)} AND name IN ${param.strings(names)}`;
  return {
    summary: 'SELECT spans errors before',
    row: SeenBeforeRowSchema,
    sql: sql`
      SELECT service, name, message, exception_type,
        toFloat64(toUnixTimestamp64Milli(min(first_start))) AS first_ms
      FROM (SELECT ${FIELDS}, timestamp AS first_start FROM spans WHERE ${where})
      GROUP BY service, name, message, exception_type
      LIMIT 10000`,
  };
}
