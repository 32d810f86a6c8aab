import type { OutgoingHttpHeaders } from 'node:http';
import type { SondeError } from '@sonde/pipeline';
import { type Encoding, encodeExportResponse, type Signal } from '@sonde/proto';
import { senderMessage, statusBytes } from '../rpc-status.ts';
import { SENDER_ANSWERS } from '../sender-answers.ts';

const CONTENT_TYPES: Readonly<Record<Encoding, string>> = {
  protobuf: 'application/x-protobuf',
  json: 'application/json',
};
const TEXT = 'text/plain';
const MS_PER_SECOND = 1000;

/** One answer of the server. */
export interface PlainAnswer {
  readonly status: number;
  readonly contentType: string;
  readonly headers?: OutgoingHttpHeaders;
  readonly body: Uint8Array;
}

/** What a `Content-Type` names, its parameters left aside; undefined when it is another. */
export function encodingOf(contentType: string | undefined): Encoding | undefined {
  const type = contentType?.split(';', 1)[0]?.trim().toLowerCase();
  if (type === CONTENT_TYPES.protobuf) return 'protobuf';
  return type === CONTENT_TYPES.json ? 'json' : undefined;
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
  `415 unsupported media type, supported: [${CONTENT_TYPES.json}, ${CONTENT_TYPES.protobuf}]`,
);

/** All was taken: partial success is unset. */
export function success(signal: Signal, encoding: Encoding): PlainAnswer {
  const body = encodeExportResponse(signal, encoding);
  return { status: 200, contentType: CONTENT_TYPES[encoding], body };
}

/**
 * A refusal: `google.rpc.Status` in the encoding of the request, plain text when that is unknown.
 * `Retry-After` (whole seconds, rounded up) only where a delay is known.
 */
export function refusal(error: SondeError, encoding: Encoding | undefined): PlainAnswer {
  const status = SENDER_ANSWERS[error.code].httpStatus;
  const headers = refusalHeaders(error);
  if (encoding === undefined) return { ...text(status, senderMessage(error)), headers };
  const contentType = CONTENT_TYPES[encoding];
  return { status, contentType, headers, body: statusBytes(error, encoding) };
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
