import type { Dictionary } from '../columns/dictionary.ts';
import { ExemplarColumns } from '../columns/exemplar-columns.ts';
import {
  ExponentialHistogramPointColumns,
  HistogramPointColumns,
} from '../columns/histogram-columns.ts';
import type { Columns } from '../columns/index.ts';
import { LogColumns } from '../columns/log-columns.ts';
import { MetricColumns } from '../columns/metric-columns.ts';
import { NumberPointColumns, SummaryPointColumns } from '../columns/point-columns.ts';
import { ProfileColumns } from '../columns/profile-columns.ts';
import type { ResourceTable } from '../columns/resource-table.ts';
import type { ScopeTable } from '../columns/scope-table.ts';
import { SpanColumns, SpanEventColumns, SpanLinkColumns } from '../columns/span-columns.ts';

/** Columns of a batch's groups. */
export interface GroupChanges {
  readonly resources?: ResourceTable;
  readonly resource?: Uint32Array;
  readonly scopes?: ScopeTable;
  readonly scope?: Uint32Array;
  readonly schemaUrls?: Dictionary;
  readonly resourceSchemaUrl?: Uint32Array;
  readonly scopeSchemaUrl?: Uint32Array;
}

/**
 * Shallow copies: every column is the source's own array but those in `changes`. What is shared is
 * never written into, and a copy is never decoded into.
 */

/** Spans with other columns in place of some. */
export function withSpans(columns: SpanColumns, changes: Partial<SpanColumns>): SpanColumns {
  return Object.assign(new SpanColumns(0), columns, changes);
}

export function withSpanEvents(
  columns: SpanEventColumns,
  changes: Partial<SpanEventColumns>,
): SpanEventColumns {
  return Object.assign(new SpanEventColumns(0), columns, changes);
}

export function withSpanLinks(
  columns: SpanLinkColumns,
  changes: Partial<SpanLinkColumns>,
): SpanLinkColumns {
  return Object.assign(new SpanLinkColumns(0), columns, changes);
}

export function withLogs(columns: LogColumns, changes: Partial<LogColumns>): LogColumns {
  return Object.assign(new LogColumns(0), columns, changes);
}

export function withMetrics(
  columns: MetricColumns,
  changes: Partial<MetricColumns>,
): MetricColumns {
  return Object.assign(new MetricColumns(0, 0), columns, changes);
}

export function withProfiles(
  columns: ProfileColumns,
  changes: Partial<ProfileColumns>,
): ProfileColumns {
  return Object.assign(new ProfileColumns(0), columns, changes);
}

/** Any batch with other resources or scopes. */
export function withGroups(columns: Columns, changes: GroupChanges): Columns {
  switch (columns.signal) {
    case 'traces':
      return withSpans(columns, changes);
    case 'logs':
      return withLogs(columns, changes);
    case 'metrics':
      return withMetrics(columns, changes);
    case 'profiles':
      return withProfiles(columns, changes);
  }
}

export function withNumbers(
  points: NumberPointColumns,
  changes: Partial<NumberPointColumns>,
): NumberPointColumns {
  return Object.assign(new NumberPointColumns(0), points, changes);
}

export function withHistograms(
  points: HistogramPointColumns,
  changes: Partial<HistogramPointColumns>,
): HistogramPointColumns {
  return Object.assign(new HistogramPointColumns(0), points, changes);
}

export function withExponentialHistograms(
  points: ExponentialHistogramPointColumns,
  changes: Partial<ExponentialHistogramPointColumns>,
): ExponentialHistogramPointColumns {
  return Object.assign(new ExponentialHistogramPointColumns(0), points, changes);
}

export function withSummaries(
  points: SummaryPointColumns,
  changes: Partial<SummaryPointColumns>,
): SummaryPointColumns {
  return Object.assign(new SummaryPointColumns(0), points, changes);
}

export function withExemplars(
  exemplars: ExemplarColumns,
  changes: Partial<ExemplarColumns>,
): ExemplarColumns {
  return Object.assign(new ExemplarColumns(), exemplars, changes);
}
