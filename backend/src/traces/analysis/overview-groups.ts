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
