import { type ErrorCode, SondeError } from '@sonde/pipeline';
import type { HttpAnswer } from '@sonde/pipeline/clients';
import { MalformedError, readStatus } from '@sonde/proto';
import { encodingOf } from './media-type.ts';
import { parseRetryAfter } from './retry-after.ts';

/**
 * The statuses of the OTLP specification's list of failures: 429, 502, 503 and 504 may succeed later,
 * everything else is permanent.
 */
const CODES: Readonly<Record<number, ErrorCode>> = {
  400: 'INVALID_DATA',
  401: 'UNAUTHENTICATED',
  403: 'PERMISSION_DENIED',
  404: 'UNIMPLEMENTED',
  413: 'TOO_LARGE',
  429: 'OVERLOADED',
  502: 'UNAVAILABLE',
  503: 'UNAVAILABLE',
  504: 'UNAVAILABLE',
};

/** An answer that is not 2xx, with upstream's text. */
export function httpFailure(answer: HttpAnswer, nowUnixMs: number = Date.now()): SondeError {
  const { status, url, headers } = answer;
  const code = CODES[status] ?? 'INTERNAL';
  const said = messageOf(answer);
  const text = `error exporting items, request to ${url} responded with HTTP Status Code ${status}`;
  const retryAfterMs = parseRetryAfter(headers['retry-after'], nowUnixMs);
  return new SondeError(
    code,
    said === '' ? text : `${text}, Message=${said}`,
    retryAfterMs === undefined ? {} : { retryAfterMs },
  );
}

/** The message of a `google.rpc.Status`; bodies that are none say nothing. */
function messageOf({ headers, body }: HttpAnswer): string {
  const encoding = encodingOf(headers['content-type']);
  if (encoding === undefined || body.length === 0) return '';
  try {
    return readStatus(encoding, body).message;
  } catch (error) {
    if (error instanceof MalformedError) return '';
    throw error;
  }
}
