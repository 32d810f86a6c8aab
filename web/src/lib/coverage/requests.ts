import type { CoverageResponse, RangeQuery } from '@sonde/backend/api-contract';
import { fetchJson } from '../api/fetch-json.ts';
import { hasLists } from '../api/shapes.ts';

function isCoverage(body: unknown): body is CoverageResponse {
  return hasLists(body, ['hosts', 'services']);
}

export function fetchCoverage(query: RangeQuery, signal: AbortSignal): Promise<CoverageResponse> {
  return fetchJson({ path: '/coverage', query: { ...query }, shape: isCoverage, signal });
}
