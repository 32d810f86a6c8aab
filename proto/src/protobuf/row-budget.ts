import { malformed } from '../malformed.ts';

/**
 * Groups of a resource or scope, spans, events, links, log records, metrics, data points, exemplars and quantiles of one request.
 * An empty one takes two bytes on the wire and up to 150 in columns: without a limit a request
 * could be acknowledged and then take all memory of whoever decodes it, again and again.
 */
export const REQUEST_ROWS_MAX = 1_000_000;

/**
 * Attributes, and in JSON elements and keys: the smallest take two bytes on the wire,
 * and a request of nothing else would hold whoever reads it for half a second.
 */
export const REQUEST_VALUES_MAX = 4_000_000;

const budget = { left: 0, valuesLeft: 0 };

export function startRowBudget(): void {
  budget.left = REQUEST_ROWS_MAX;
  budget.valuesLeft = REQUEST_VALUES_MAX;
}

/** Counts one row; `p` is where it starts. */
export function takeRow(p: number): void {
  budget.left--;
  if (budget.left < 0) malformed(p, `more than ${REQUEST_ROWS_MAX} rows in one request`);
}

/** As `takeRow`, for what is smaller than a row. */
export function takeValue(p: number): void {
  takeValues(1, p);
}

/** As `takeValue`, for so many; `p` is behind them. */
export function takeValues(count: number, p: number): void {
  budget.valuesLeft -= count;
  if (budget.valuesLeft < 0) {
    malformed(p, `more than ${REQUEST_VALUES_MAX} attributes in one request`);
  }
}
