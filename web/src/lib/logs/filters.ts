import type { LogsScopeQuery } from '@sonde/backend/api-contract';
import { readChoice, readFlag, readList, readNumber, readText } from '../location/parameters.ts';
import type { ResolvedRange } from '../location/time-range.ts';

/** Which records, as the URL holds it. */
export interface LogFilters {
  /** In the search language. */
  readonly q: string;
  readonly service: string;
  /** Least severity number, 0 for all. */
  readonly minSeverity: number;
  readonly traceId: string;
}

/** How records are shown, as the URL holds it. */
export interface LogView {
  /** Between time and body. */
  readonly columns: readonly string[];
  /** Lines of one row. */
  readonly lines: LineCount;
  /** What the histogram is coloured by. */
  readonly by: string;
  readonly live: boolean;
  /** Id of the record that is open. */
  readonly record: string;
  readonly panel: 'record' | 'around';
}

export const LINE_COUNTS = ['1', '3', '8'] as const;
export type LineCount = (typeof LINE_COUNTS)[number];

export const COLUMNS_DEFAULT: readonly string[] = ['level', 'service'];
const COLUMNS_MAX = 12;
/** Stands for no column at all: an absent parameter is the default. */
const NONE = 'none';

export function readLogFilters(parameters: URLSearchParams): LogFilters {
  return {
    q: readText(parameters, 'q'),
    service: readText(parameters, 'service'),
    minSeverity: readNumber(parameters, 'severity') ?? 0,
    traceId: readText(parameters, 'trace'),
  };
}

export function readLogView(parameters: URLSearchParams): LogView {
  const columns = readList(parameters, 'cols', COLUMNS_MAX);
  return {
    columns: parameters.has('cols') ? columns.filter((name) => name !== NONE) : COLUMNS_DEFAULT,
    lines: readChoice(parameters, 'lines', LINE_COUNTS),
    by: readText(parameters, 'by') || 'level',
    live: readFlag(parameters, 'live'),
    record: readText(parameters, 'record'),
    panel: readChoice(parameters, 'panel', ['record', 'around']),
  };
}

/** The URL parameter of chosen columns; null for the default. */
export function columnsParameter(columns: readonly string[]): string | null {
  if (columns.join(',') === COLUMNS_DEFAULT.join(',')) return null;
  return columns.length === 0 ? NONE : columns.slice(0, COLUMNS_MAX).join(',');
}

/** The columns with one more, or without it when it is there. */
export function toggleColumn(columns: readonly string[], name: string): string[] {
  if (columns.includes(name)) return columns.filter((other) => other !== name);
  return [...columns, name];
}

/** What all queries about these records have in common. */
export function logsScope(filters: LogFilters, range: ResolvedRange): LogsScopeQuery {
  return {
    from: range.fromMs,
    to: range.toMs,
    ...(filters.q === '' ? {} : { q: filters.q }),
    ...(filters.service === '' ? {} : { service: filters.service }),
    ...(filters.minSeverity === 0 ? {} : { minSeverity: filters.minSeverity }),
    ...(filters.traceId === '' ? {} : { traceId: filters.traceId }),
  };
}
