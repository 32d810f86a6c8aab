import type { ServiceSummary } from '@sonde/backend/api-contract';

export const SERVICE_SORTS = [
  'rate',
  'service',
  'errors',
  'p50',
  'p95',
  'p99',
] as const satisfies readonly string[];

export type ServiceSort = (typeof SERVICE_SORTS)[number];

const VALUE: Readonly<Record<Exclude<ServiceSort, 'service'>, (row: ServiceSummary) => number>> = {
  rate: (row) => row.requestsPerSecond,
  errors: (row) => row.errorRatio,
  p50: (row) => row.durationP50Ns,
  p95: (row) => row.durationP95Ns,
  p99: (row) => row.durationP99Ns,
};

/** Sorted copy; equals by name, so that a refresh does not shuffle them. */
export function sortServices(
  rows: readonly ServiceSummary[],
  sort: { readonly key: ServiceSort; readonly descending: boolean },
): ServiceSummary[] {
  const sign = sort.descending ? -1 : 1;
  const { key } = sort;
  return [...rows].sort((a, b) => {
    const byName = a.service.localeCompare(b.service);
    if (key === 'service') return sign * byName;
    return sign * (VALUE[key](a) - VALUE[key](b)) || byName;
  });
}

/** Every word of the text occurs in name, namespace or environment; case does not count. */
export function matchesService(row: ServiceSummary, text: string): boolean {
  const haystack = `${row.service} ${row.namespace} ${row.environment}`.toLowerCase();
  return text
    .toLowerCase()
    .split(/\s+/)
    .every((word) => haystack.includes(word));
}

export interface ServiceTotals {
  readonly count: number;
  readonly requestsPerSecond: number;
  readonly errorRatio: number;
}

export function totalsOf(rows: readonly ServiceSummary[]): ServiceTotals {
  let requests = 0;
  let errors = 0;
  let requestsPerSecond = 0;
  for (const row of rows) {
    requests += row.requests;
    errors += row.errors;
    requestsPerSecond += row.requestsPerSecond;
  }
  const errorRatio = requests === 0 ? 0 : errors / requests;
  return { count: rows.length, requestsPerSecond, errorRatio };
}
