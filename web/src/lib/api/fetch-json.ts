import { isAbort, RequestFailure } from './request-failure.ts';
import { requestIdOf } from './request-ids.ts';
import { serverClock } from './server-clock.ts';
import { isRecord, type Shape } from './shapes.ts';

export type QueryValue = string | number | boolean | undefined;

export interface JsonRequest<T> {
  /** Below `/api/v1`, path segments encoded already. */
  readonly path: string;
  readonly query?: Readonly<Record<string, QueryValue>>;
  readonly shape: Shape<T>;
  readonly signal?: AbortSignal;
  /** GET when absent. */
  readonly method?: 'PUT' | 'POST' | 'DELETE';
  /** Sent as JSON. */
  readonly body?: object;
}

const API_ROOT = '/api/v1';

/** Status codes with which a proxy says that nobody is behind it. */
const AWAY_STATUS: ReadonlySet<number> = new Set([502, 503, 504]);

/**
 * One request. Throws `RequestFailure`; the abort of `signal` passes through as `AbortError`. An answer
 * of another shape than the contract's is a failure too (page and API of different releases).
 */
export async function fetchJson<T>(
  request: JsonRequest<T>,
  fetchFn: typeof fetch = fetch,
): Promise<T> {
  const response = await send(request, fetchFn);
  const body = await readBody(response);
  if (!response.ok) throw failureOf(response.status, body);
  if (request.shape(body)) return body;
  throw new RequestFailure({
    code: 'UNEXPECTED_ANSWER',
    message: `The answer to ${request.path} is not what this page understands.`,
    hint: 'Page and API may be of different releases. Reload the page.',
  });
}

/** The address of a request: absent and empty parameters are left out. */
export function requestUrl(path: string, query: Readonly<Record<string, QueryValue>> = {}): string {
  const parameters = new URLSearchParams();
  for (const [key, value] of Object.entries(query)) {
    if (value !== undefined && value !== '' && value !== false) parameters.set(key, String(value));
  }
  const text = parameters.toString();
  return text === '' ? API_ROOT + path : `${API_ROOT}${path}?${text}`;
}

async function send<T>(request: JsonRequest<T>, fetchFn: typeof fetch): Promise<Response> {
  try {
    const { method = 'GET', body, signal } = request;
    const sentMs = Date.now();
    const response = await fetchFn(requestUrl(request.path, request.query), {
      method,
      headers: {
        accept: 'application/json',
        ...(signal === undefined ? {} : { 'sonde-request': requestIdOf(signal) }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      ...(signal === undefined ? {} : { signal }),
    });
    serverClock.heard(response.headers.get('date'), sentMs);
    return response;
  } catch (cause) {
    if (isAbort(cause)) throw cause;
    throw new RequestFailure({
      code: 'API_AWAY',
      message: 'The API does not answer.',
      hint: 'Is Sonde running? `sonde up` starts it; its output says what went wrong.',
      away: true,
    });
  }
}

async function readBody(response: Response): Promise<unknown> {
  try {
    const body: unknown = await response.json();
    return body;
  } catch (cause) {
    if (isAbort(cause)) throw cause;
    // No JSON: the status alone speaks, or the shape check refuses it.
    return undefined;
  }
}

export function failureOf(status: number, body: unknown): RequestFailure {
  const error = isRecord(body) && isRecord(body['error']) ? body['error'] : {};
  const { code, message, hint } = error;
  const spoken = typeof message === 'string';
  return new RequestFailure({
    code: typeof code === 'string' ? code : `HTTP_${status}`,
    message: spoken ? message : `The API answered with status ${status}.`,
    hint: typeof hint === 'string' ? hint : '',
    away: !spoken && AWAY_STATUS.has(status),
  });
}
