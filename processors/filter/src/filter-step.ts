import { type ErrorMode, ErrorPolicy, EvaluationError, wireVisits } from '@sonde/ottl';
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
import { type ColumnStep, WireStep } from '@sonde/row-step';
import {
  compileConditions,
  compileWireConditions,
  type Drop,
  type GroupWithPolicy,
} from './compile-conditions.ts';
import type { ConditionSignal } from './condition-groups.ts';
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
  const count = droppedCounter(settings);
  return (columns, { client }) => {
    const kept = drop(selected(columns, filters), client);
    count(itemsOf(columns) - itemsOf(kept));
    return kept;
  };
}

/** The same on the bytes of requests; undefined where conditions or properties take columns. */
export function filterWireStep(
  config: FilterConfig,
  settings: CreateSettings,
): WireStep | undefined {
  const { signal } = settings;
  if (signal === 'profiles') return undefined;
  const properties = { traces: config.spans, logs: config.logs, metrics: config.metrics }[signal];
  if (properties.include !== undefined || properties.exclude !== undefined) return undefined;
  const programs = compileWireConditions(signal, groupsOf(config, settings, signal));
  if (programs === undefined || programs.length === 0) return undefined;
  const count = droppedCounter(settings);
  return new WireStep({
    signal,
    visitOf: ({ client }) => {
      const { rows } = wireVisits(programs, client);
      return { rows: rows && ((row) => failingAsData(() => rows(row))) };
    },
    dropped: count,
  });
}

/** Counts items that were dropped. */
function droppedCounter(settings: CreateSettings): (items: number) => void {
  const noun = NOUNS[settings.signal];
  const telemetry = settings.telemetry ?? new OwnTelemetry();
  const dropped = telemetry.counter(`otelcol_processor_filter_${noun}.filtered`, {
    unit: '1',
    description: `Number of ${noun} dropped by the filter processor`,
  });
  // There from the start, as the counters of items are.
  dropped.add(0, { filter: settings.id });
  return (items) => {
    if (items > 0) dropped.add(items, { filter: settings.id });
  };
}

function groupsOf(
  config: FilterConfig,
  { logger }: CreateSettings,
  signal: ConditionSignal,
): readonly GroupWithPolicy[] {
  const policy = (mode: ErrorMode): ErrorPolicy =>
    new ErrorPolicy({ mode, warn: (message, fields) => logger.warn(message, fields) });
  return config.conditions[signal].map((group) => ({
    group,
    errors: policy(group.error_mode ?? config.error_mode),
  }));
}

function conditionsOf(config: FilterConfig, settings: CreateSettings): Drop {
  const { signal } = settings;
  if (signal === 'profiles') return (columns) => columns;
  const drop = compileConditions(signal, groupsOf(config, settings, signal));
  return (columns, client) => failingAsData(() => drop(columns, client));
}

/** What a condition threw with `error_mode: propagate`, as the pipeline says it. */
function failingAsData<T>(drop: () => T): T {
  try {
    return drop();
  } catch (error) {
    if (!(error instanceof EvaluationError)) throw error;
    throw new SondeError('INVALID_DATA', error.message, { cause: error });
  }
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
