import type { OutgoingHttpHeaders } from 'node:http';
import type { SondeError } from '@sonde/pipeline';
import { statusJson, statusProtobuf } from '../rpc-status.ts';
import { SENDER_ANSWERS } from '../sender-answers.ts';

export type BodyFormat = 'protobuf' | 'json';

const PROTOBUF = 'application/x-protobuf';
const JSON_TYPE = 'application/json';
const TEXT = 'text/plain';
const MS_PER_SECOND = 1000;

/** One answer of the server. */
export interface PlainAnswer {
  readonly status: number;
  readonly contentType: string;
  readonly headers?: OutgoingHttpHeaders;
  readonly body: Uint8Array;
}

/** The format a `Content-Type` names, its parameters left aside; undefined when it is another. */
export function bodyFormat(contentType: string | undefined): BodyFormat | undefined {
  const type = contentType?.split(';', 1)[0]?.trim().toLowerCase();
  if (type === PROTOBUF) return 'protobuf';
  return type === JSON_TYPE ? 'json' : undefined;
}

function text(status: number, words: string): PlainAnswer {
  return { status, contentType: TEXT, body: Buffer.from(words) };
}

// Upstream's texts, which people search for.
export const NOT_FOUND: PlainAnswer = text(404, '404 page not found');
export const METHOD_NOT_ALLOWED: PlainAnswer = {
  ...text(405, '405 method not allowed, supported: [POST]'),
  headers: { Allow: 'POST' },
};
export const UNSUPPORTED_MEDIA_TYPE: PlainAnswer = text(
  415,
  `415 unsupported media type, supported: [${JSON_TYPE}, ${PROTOBUF}]`,
);

/** An answer without partial success: an empty message, `{}` in JSON. */
export function successBody(format: BodyFormat): PlainAnswer {
  if (format === 'json') {
    return { status: 200, contentType: JSON_TYPE, body: Buffer.from('{}') };
  }
  return { status: 200, contentType: PROTOBUF, body: Buffer.alloc(0) };
}

/**
 * A refusal: `google.rpc.Status` in the format of the request, plain text when that is unknown.
 * `Retry-After` (whole seconds, rounded up) only where a delay is known.
 */
export function refusalBody(error: SondeError, format: BodyFormat | undefined): PlainAnswer {
  const status = SENDER_ANSWERS[error.code].httpStatus;
  const headers = refusalHeaders(error);
  if (format === 'protobuf') {
    return { status, contentType: PROTOBUF, headers, body: statusProtobuf(error) };
  }
  if (format === 'json') {
    return { status, contentType: JSON_TYPE, headers, body: statusJson(error) };
  }
  return { ...text(status, error.message), headers };
}

function refusalHeaders(error: SondeError): OutgoingHttpHeaders {
  const headers: OutgoingHttpHeaders = {};
  if (error.retryAfterMs !== undefined) {
    headers['Retry-After'] = String(Math.max(1, Math.ceil(error.retryAfterMs / MS_PER_SECOND)));
  }
  // RFC 9110: a 401 names a way to authenticate.
  if (error.code === 'UNAUTHENTICATED') headers['WWW-Authenticate'] = 'Bearer';
  return headers;
}
