import type { TracesQuery } from '@sonde/backend/api-contract';
import { parseDuration } from '../format/duration.ts';
import { readFlag, readText } from '../location/parameters.ts';
import type { ResolvedRange } from '../location/time-range.ts';

/** The filter bar of the trace list as the URL holds it. */
export interface TraceFilters {
  readonly service: string;
  readonly operation: string;
  /** As typed, e.g. `250ms`. */
  readonly minText: string;
  readonly maxText: string;
  readonly errorsOnly: boolean;
}

const PAGE_ROWS = 50;

export function readTraceFilters(parameters: URLSearchParams): TraceFilters {
  return {
    service: readText(parameters, 'service'),
    operation: readText(parameters, 'operation'),
    minText: readText(parameters, 'min'),
    maxText: readText(parameters, 'max'),
    errorsOnly: readFlag(parameters, 'errors'),
  };
}

/** Whether anything but the time range narrows the list. */
export function isNarrowed(filters: TraceFilters): boolean {
  const { service, operation, minText, maxText, errorsOnly } = filters;
  return errorsOnly || [service, operation, minText, maxText].some((text) => text !== '');
}

/** The API's query; a duration that cannot be read does not filter. */
export function tracesQuery(
  filters: TraceFilters,
  range: ResolvedRange,
  cursor: string | undefined,
): TracesQuery {
  const minDurationNs = parseDuration(filters.minText);
  const maxDurationNs = parseDuration(filters.maxText);
  return {
    from: range.fromMs,
    to: range.toMs,
    limit: PAGE_ROWS,
    ...(filters.service === '' ? {} : { service: filters.service }),
    ...(filters.operation === '' ? {} : { operation: filters.operation }),
    ...(minDurationNs === undefined ? {} : { minDurationNs }),
    ...(maxDurationNs === undefined ? {} : { maxDurationNs }),
    ...(filters.errorsOnly ? { errorsOnly: true } : {}),
    ...(cursor === undefined ? {} : { cursor }),
  };
}
