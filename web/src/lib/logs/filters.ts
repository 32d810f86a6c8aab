import type { LogsQuery } from '@sonde/backend/api-contract';
import { readNumber, readText } from '../location/parameters.ts';
import type { ResolvedRange } from '../location/time-range.ts';

/** The filter bar of the log list as the URL holds it. */
export interface LogFilters {
  readonly service: string;
  /** Least severity number, 0 for all. */
  readonly minSeverity: number;
  readonly text: string;
  readonly traceId: string;
}

const PAGE_ROWS = 100;

export function readLogFilters(parameters: URLSearchParams): LogFilters {
  return {
    service: readText(parameters, 'service'),
    minSeverity: readNumber(parameters, 'severity') ?? 0,
    text: readText(parameters, 'q'),
    traceId: readText(parameters, 'trace'),
  };
}

export function logsQuery(
  filters: LogFilters,
  range: ResolvedRange,
  cursor: string | undefined,
): LogsQuery {
  return {
    from: range.fromMs,
    to: range.toMs,
    limit: PAGE_ROWS,
    ...(filters.service === '' ? {} : { service: filters.service }),
    ...(filters.minSeverity === 0 ? {} : { minSeverity: filters.minSeverity }),
    ...(filters.text === '' ? {} : { text: filters.text }),
    ...(filters.traceId === '' ? {} : { traceId: filters.traceId }),
    ...(cursor === undefined ? {} : { cursor }),
  };
}
