import { type Sql, sql } from '@sonde/store';
import type { OverviewRow } from '../../api/contract/index.ts';
import { cutName } from '../../cut-name.ts';

/** First spans of one service and operation; or of all. */
export interface GroupRow {
  readonly is_total: number;
  readonly root_service: string;
  readonly root_name: string;
  readonly operations: number;
  readonly requests: number;
  readonly request_errors: number;
  readonly traces: number;
  readonly quantiles: readonly number[];
}

export const NO_GROUP: GroupRow = {
  ...{ is_total: 1, root_service: '', root_name: '', operations: 0, requests: 0 },
  ...{ request_errors: 0, traces: 0, quantiles: [] },
};

export function overviewRow(row: GroupRow, seconds: number): OverviewRow {
  const [p50 = 0, p95 = 0, p99 = 0] = row.quantiles;
  return {
    service: cutName(row.root_service),
    name: cutName(row.root_name),
    requests: row.requests,
    perSecond: row.requests / seconds,
    errors: row.request_errors,
    durationP50Ns: Math.round(p50),
    durationP95Ns: Math.round(p95),
    durationP99Ns: Math.round(p99),
  };
}

const LEVELS = sql`0.5, 0.95, 0.99`;

/**
 * Of a duration three digits, what people are shown: an operation has few different ones then, and
 * quantiles of them are exact.
 */
function threeDigits(ns: Sql): Sql {
  const unit = sql`exp10(greatest(floor(log10(greatest(${ns}, 1))) - 2, 0))`;
  return sql`round(greatest(${ns}, 0) / ${unit}) * ${unit}`;
}

function weighed(ns: Sql, weight: Sql): Sql {
  return sql`(${threeDigits(ns)}, toUInt64(round(${weight})))`;
}

function found(quantiles: Sql): Sql {
  return sql`arrayMap(ns -> ifNotFinite(toFloat64(ns), 0), ${quantiles})`;
}

/** The quantiles of `GroupRow`, of durations in nanoseconds with the requests that each stands for. */
export const DURATIONS = {
  quantiles: (ns: Sql, weight: Sql): Sql =>
    found(sql`quantilesExactWeighted(${LEVELS})${weighed(ns, weight)}`),
  state: (ns: Sql, weight: Sql): Sql =>
    sql`quantilesExactWeightedState(${LEVELS})${weighed(ns, weight)}`,
  merged: (states: Sql): Sql => found(sql`quantilesExactWeightedMerge(${LEVELS})(${states})`),
} as const;
