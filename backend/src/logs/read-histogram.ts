import { param, type Sql, sql, uint64Number } from '@sonde/store';
import { z } from 'zod';
import type { LogHistogramResponse } from '../api/contract/index.ts';
import { cutName } from '../cut-name.ts';
import type { StoreQuery, StoreReader } from '../store-reader.ts';
import { spread, type TimeSteps } from '../time-steps.ts';
import { type Asking, type LogScope, type LogWish, logsIn, resolveLogScope } from './log-scope.ts';
import { fieldText } from './search/field-sql.ts';
import { LEVELS } from './search/log-fields.ts';

/** Values that get a colour of their own; the rest is one. */
const VALUES_MAX = 9;

export interface HistogramWish extends LogWish {
  readonly by: string;
  readonly steps: TimeSteps;
}

/** Records a step by the values of a field, of all that match; levels worst first, others by count. */
export async function readLogHistogram(
  store: StoreReader,
  wish: HistogramWish,
  asking: Asking,
): Promise<Omit<LogHistogramResponse, 'cost'>> {
  const { by, steps } = wish;
  const scope = await resolveLogScope(store, wish, { ...asking, alsoFields: [by] });
  const answer = await store.read(histogramQuery(scope, wish), asking.signal);
  const rows = asking.meter.rows(answer);
  const values = [...new Set(rows.map(({ value }) => value))];
  const series = values.map((value) => {
    const of = rows.filter((row) => row.value === value);
    const counts = spread(
      steps,
      { indexes: of.map(({ step }) => step), values: of.map(({ records }) => records) },
      0,
    );
    const total = counts.reduce((sum, count) => sum + count, 0);
    return { value: cutName(value), isRest: of[0]?.is_rest === 1, total, counts };
  });
  return {
    by,
    fromMs: steps.fromMs,
    stepMs: steps.stepMs,
    series: series.sort(by === 'level' ? worstFirst : mostFirst),
    total: series.reduce((sum, { total }) => sum + total, 0),
    sampled: rows.some(({ weight_max }) => weight_max > 1),
  };
}

type Series = LogHistogramResponse['series'][number];

function mostFirst(a: Series, b: Series): number {
  return Number(a.isRest) - Number(b.isRest) || b.total - a.total || (a.value < b.value ? -1 : 1);
}

function worstFirst(a: Series, b: Series): number {
  return rank(b.value) - rank(a.value);
}

function rank(level: string): number {
  return LEVELS.findIndex(([name]) => name === level);
}

interface HistogramRow {
  readonly step: number;
  readonly value: string;
  readonly is_rest: number;
  readonly records: number;
  readonly weight_max: number;
}

const HistogramRowSchema: z.ZodType<HistogramRow> = z.object({
  step: z.number(),
  value: z.string(),
  is_rest: z.number(),
  records: uint64Number,
  weight_max: z.number(),
});

export function histogramQuery(scope: LogScope, wish: HistogramWish): StoreQuery<HistogramRow> {
  const { steps, by } = wish;
  const text = fieldText(by, scope);
  const where = logsIn(scope, wish.range);
  const step = sql`toUInt32(intDiv(toUnixTimestamp64Milli(timestamp)
    - ${param.int64(steps.fromMs)}, ${param.int64(steps.stepMs)}))`;
  const isRest = by === 'level' ? sql`0` : isNotAmongMost(text, where);
  return {
    summary: 'SELECT logs histogram',
    row: HistogramRowSchema,
    sql: sql`
      SELECT ${step} AS step, toUInt8(${isRest}) AS is_rest,
        if(is_rest = 1, '', ${text}) AS value,
        toUInt64(round(sum(weight))) AS records, max(weight) AS weight_max
      FROM logs
      WHERE ${where}
      GROUP BY step, is_rest, value
      ORDER BY step`,
  };
}

function isNotAmongMost(text: Sql, where: Sql): Sql {
  return sql`${text} NOT IN (
    SELECT ${text} AS most FROM logs WHERE ${where}
    GROUP BY most ORDER BY sum(weight) DESC, most LIMIT ${param.uint64(VALUES_MAX)})`;
}
