import { type ErrorMode, ErrorPolicy, EvaluationError } from '@sonde/ottl';
import { type CreateSettings, OwnTelemetry, SondeError } from '@sonde/pipeline';
import {
  type Columns,
  itemsOf,
  type Signal,
  selectLogs,
  selectPoints,
  selectSpans,
} from '@sonde/proto';
import { RowFilter, type RowTest } from '@sonde/row-match';
import type { ColumnStep } from '@sonde/row-step';
import { compileConditions, type Drop } from './compile-conditions.ts';
import type { FilterConfig } from './config.ts';
import { ofLogs } from './log-properties.ts';
import { ofMetricNames, ofMetricResources } from './metric-properties.ts';

/** What upstream calls the items of a signal in its counters of dropped ones. */
const NOUNS: Readonly<Record<Signal, string>> = {
  traces: 'spans',
  metrics: 'datapoints',
  logs: 'logs',
  profiles: 'profiles',
};

/** Throws `Error` with upstream's text for properties and conditions that make no sense. */
export function filterStep(config: FilterConfig, settings: CreateSettings): ColumnStep {
  const filters = filtersOf(config, settings.signal);
  const drop = conditionsOf(config, settings);
  const noun = NOUNS[settings.signal];
  const telemetry = settings.telemetry ?? new OwnTelemetry();
  const dropped = telemetry.counter(`otelcol_processor_filter_${noun}.filtered`, {
    unit: '1',
    description: `Number of ${noun} dropped by the filter processor`,
  });
  return (columns, { client }) => {
    const kept = drop(selected(columns, filters), client);
    const count = itemsOf(columns) - itemsOf(kept);
    if (count > 0) dropped.add(count, { filter: settings.id });
    return kept;
  };
}

function conditionsOf(config: FilterConfig, settings: CreateSettings): Drop {
  const { signal, logger } = settings;
  if (signal === 'profiles') return (columns) => columns;
  const policy = (mode: ErrorMode): ErrorPolicy =>
    new ErrorPolicy({ mode, warn: (message, fields) => logger.warn(message, fields) });
  const groups = config.conditions[signal].map((group) => ({
    group,
    errors: policy(group.error_mode ?? config.error_mode),
  }));
  const drop = compileConditions(signal, groups);
  return (columns, client) => {
    try {
      return drop(columns, client);
    } catch (error) {
      if (!(error instanceof EvaluationError)) throw error;
      throw new SondeError('INVALID_DATA', error.message, { cause: error });
    }
  };
}

function selected(columns: Columns, filters: readonly RowFilter[]): Columns {
  const tests = filters.map((filter) => filter.open(columns)).filter((test) => test !== undefined);
  return tests.length === 0 ? columns : select(columns, maskOf(columns.count, tests));
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
