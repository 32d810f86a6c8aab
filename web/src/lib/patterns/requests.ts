import type {
  PatternChangeRequest,
  PatternChangeResponse,
  PatternsQuery,
  PatternsResponse,
  PatternValuesQuery,
  PatternValuesResponse,
} from '@sonde/backend/api-contract';
import { fetchJson } from '../api/fetch-json.ts';
import { isRecord, type Shape } from '../api/shapes.ts';

const isPatterns: Shape<PatternsResponse> = (body): body is PatternsResponse =>
  isRecord(body) && Array.isArray(body['patterns']) && typeof body['total'] === 'number';

const isPatternValues: Shape<PatternValuesResponse> = (body): body is PatternValuesResponse =>
  isRecord(body) && Array.isArray(body['values']) && typeof body['lines'] === 'number';

const isChange: Shape<PatternChangeResponse> = (body): body is PatternChangeResponse =>
  isRecord(body) && isRecord(body['decision']);

export function fetchPatterns(
  query: PatternsQuery,
  signal: AbortSignal,
): Promise<PatternsResponse> {
  return fetchJson({ path: '/patterns', query: { ...query }, shape: isPatterns, signal });
}

export function fetchPatternValues(
  query: PatternValuesQuery,
  signal: AbortSignal,
): Promise<PatternValuesResponse> {
  return fetchJson({
    path: '/patterns/values',
    query: { ...query },
    shape: isPatternValues,
    signal,
  });
}

/** Changes what is decided about a pattern. Throws `RequestFailure`. */
export async function putPattern(change: PatternChangeRequest): Promise<PatternChangeResponse> {
  return fetchJson({ path: '/patterns', method: 'PUT', body: change, shape: isChange });
}
