import type { KeepViewRequest, SavedView, ViewsResponse } from '@sonde/backend/api-contract';
import { fetchJson } from '../api/fetch-json.ts';
import { isRecord, type Shape } from '../api/shapes.ts';
import { withParameters } from '../location/parameters.ts';
import { rangeParameters, readRange, resolveRange } from '../location/time-range.ts';

const isView: Shape<SavedView> = (body): body is SavedView =>
  isRecord(body) && typeof body['id'] === 'string' && typeof body['address'] === 'string';

const isViews: Shape<ViewsResponse> = (body): body is ViewsResponse =>
  isRecord(body) && Array.isArray(body['views']) && body['views'].every(isView);

const isNothing: Shape<undefined> = (body): body is undefined => body === undefined;

/** Views with a name, of everybody. Throws `RequestFailure`, as all of these. */
export async function fetchViews(signal?: AbortSignal): Promise<readonly SavedView[]> {
  const request = { path: '/views', shape: isViews };
  const answer = await fetchJson(signal === undefined ? request : { ...request, signal });
  return answer.views;
}

export function keepView(view: KeepViewRequest): Promise<SavedView> {
  return fetchJson({ path: '/views', method: 'POST', body: view, shape: isView });
}

export async function forgetView(id: string): Promise<void> {
  await fetchJson({ path: `/views/${id}`, method: 'DELETE', shape: isNothing });
}

/** What a link that is passed on shows: the same, at the time that is seen now. */
export function frozenAddress(url: URL, nowMs: number): string {
  const { fromMs, toMs } = resolveRange(readRange(url.searchParams), nowMs);
  return withParameters(url, rangeParameters({ kind: 'absolute', fromMs, toMs }));
}
