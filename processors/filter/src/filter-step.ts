import { type Columns, type Signal, selectLogs, selectPoints, selectSpans } from '@sonde/proto';
import { RowFilter, type RowTest } from '@sonde/row-match';
import type { ColumnStep } from '@sonde/row-step';
import type { FilterConfig } from './config.ts';
import { ofLogs } from './log-properties.ts';
import { ofMetricNames, ofMetricResources } from './metric-properties.ts';

/** Throws `Error` with upstream's text for properties that make no sense. */
export function filterStep(config: FilterConfig, signal: Signal): ColumnStep {
  const filters = filtersOf(config, signal);
  return (columns) => {
    const tests = filters
      .map((filter) => filter.open(columns))
      .filter((test) => test !== undefined);
    return tests.length === 0 ? columns : select(columns, maskOf(columns.count, tests));
  };
}

function filtersOf({ spans, logs, metrics }: FilterConfig, signal: Signal): readonly RowFilter[] {
  switch (signal) {
    case 'traces':
      return [new RowFilter(spans, signal)];
    case 'logs': {
      const properties = { include: ofLogs(logs.include), exclude: ofLogs(logs.exclude) };
      return [new RowFilter(properties, signal)];
    }
    case 'metrics':
      return [ofMetricNames, ofMetricResources].map((of) => {
        const properties = { include: of(metrics.include), exclude: of(metrics.exclude) };
        return new RowFilter(properties, signal);
      });
    default:
      return [];
  }
}

function maskOf(count: number, tests: readonly RowTest[]): Uint8Array {
  const keep = new Uint8Array(count);
  for (let row = 0; row < count; row += 1) {
    if (tests.every((test) => test(row))) keep[row] = 1;
  }
  return keep;
}

function select(columns: Columns, keep: Uint8Array): Columns {
  switch (columns.signal) {
    case 'traces':
      return selectSpans(columns, keep);
    case 'logs':
      return selectLogs(columns, keep);
    case 'metrics':
      return selectPoints(columns, { metrics: keep });
    default:
      return columns;
  }
}
