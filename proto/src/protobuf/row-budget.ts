import { malformed } from '../malformed.ts';

/**
 * Spans, events, links, log records, metrics, data points, exemplars and quantiles of one request.
 * An empty one takes two bytes on the wire and up to 150 in columns: without a limit a request
 * could be acknowledged and then take all memory of whoever decodes it, again and again.
 */
export const REQUEST_ROWS_MAX = 1_000_000;

const budget = { left: 0 };

export function startRowBudget(): void {
  budget.left = REQUEST_ROWS_MAX;
}

/** Counts one row; `p` is where it starts. */
export function takeRow(p: number): void {
  budget.left--;
  if (budget.left < 0) malformed(p, `more than ${REQUEST_ROWS_MAX} rows in one request`);
}
