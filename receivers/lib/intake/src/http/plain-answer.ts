import type { OutgoingHttpHeaders } from 'node:http';
import type { SondeError } from '@sonde/pipeline';
import { senderMessage } from '../rpc-status.ts';
import { SENDER_ANSWERS } from '../sender-answers.ts';

const TEXT = 'text/plain';
const MS_PER_SECOND = 1000;

/** One answer of an HTTP server. */
export interface PlainAnswer {
  readonly status: number;
  readonly contentType: string;
  readonly headers?: OutgoingHttpHeaders;
  readonly body: Uint8Array;
}

export function textAnswer(status: number, words: string): PlainAnswer {
  return { status, contentType: TEXT, body: Buffer.from(words) };
}

// Upstream's texts, which people search for.
export const NOT_FOUND: PlainAnswer = textAnswer(404, '404 page not found');
export const METHOD_NOT_ALLOWED: PlainAnswer = {
  ...textAnswer(405, '405 method not allowed, supported: [POST]'),
  headers: { Allow: 'POST' },
};

/** A refusal in plain text. */
export function textRefusal(error: SondeError): PlainAnswer {
  const { httpStatus } = SENDER_ANSWERS[error.code];
  return { ...textAnswer(httpStatus, senderMessage(error)), headers: refusalHeaders(error) };
}

/** `Retry-After` (whole seconds, rounded up) only where a delay is known. */
export function refusalHeaders(error: SondeError): OutgoingHttpHeaders {
  const headers: OutgoingHttpHeaders = {};
  if (error.retryAfterMs !== undefined) {
    headers['Retry-After'] = String(Math.max(1, Math.ceil(error.retryAfterMs / MS_PER_SECOND)));
  }
  // RFC 9110: a 401 names a way to authenticate.
  if (error.code === 'UNAUTHENTICATED') headers['WWW-Authenticate'] = 'Bearer';
  return headers;
}
