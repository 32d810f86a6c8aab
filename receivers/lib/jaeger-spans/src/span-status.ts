import { type AttributeMap, textOf } from '@sonde/wire-formats';

/** OTLP's codes. */
export const StatusCode = { unset: 0, ok: 1, error: 2 } as const;

/** OTLP's kinds, by the words of the tag `span.kind`. */
export const SPAN_KINDS: ReadonlyMap<string, number> = new Map([
  ['internal', 1],
  ['server', 2],
  ['client', 3],
  ['producer', 4],
  ['consumer', 5],
]);

export interface SpanStatus {
  readonly code: number;
  readonly message: string;
}

const KIND_SERVER = 2;
const KIND_CLIENT = 3;
const HTTP_STATUS_MESSAGE = 'http.status_message';

/**
 * The status that tags tell, as the Collector's translator reads it: the tag `error` is the truth;
 * without it `otel.status_code`; without that the HTTP status. Tags that became the status are gone
 * from `attributes`. Undefined where there is none.
 */
export function takeStatus(attributes: AttributeMap, kind: number): SpanStatus | undefined {
  const isError = attributes.get('error')?.boolValue === true;
  if (isError) {
    attributes.delete('error');
    const message =
      takeDescription(attributes) ?? textOf(attributes.get(HTTP_STATUS_MESSAGE)) ?? '';
    attributes.delete('otel.status_code');
    return { code: StatusCode.error, message };
  }
  const told = attributes.get('otel.status_code');
  if (told === undefined) return httpStatus(attributes, kind);
  attributes.delete('otel.status_code');
  const code = codeOfWord(textOf(told)?.toUpperCase());
  return { code, message: takeDescription(attributes) ?? '' };
}

function codeOfWord(word: string | undefined): number {
  if (word === 'OK') return StatusCode.ok;
  return word === 'ERROR' ? StatusCode.error : StatusCode.unset;
}

function takeDescription(attributes: AttributeMap): string | undefined {
  const description = attributes.get('otel.status_description');
  if (description === undefined) return undefined;
  attributes.delete('otel.status_description');
  return textOf(description) ?? '';
}

/** An error where the HTTP status says one; else nothing, whatever its message. */
function httpStatus(attributes: AttributeMap, kind: number): SpanStatus | undefined {
  const status = httpCode(attributes);
  if (status === undefined || !isHttpError(status, kind)) return undefined;
  return { code: StatusCode.error, message: textOf(attributes.get(HTTP_STATUS_MESSAGE)) ?? '' };
}

function httpCode(attributes: AttributeMap): number | undefined {
  const value = attributes.get('http.status_code');
  if (value?.intValue !== undefined) return Number(value.intValue);
  const text = textOf(value);
  return text !== undefined && /^[+-]?\d+$/.test(text) ? Number(text) : undefined;
}

/** A client's 4xx is its error, a server's is not. */
function isHttpError(status: number, kind: number): boolean {
  if (status >= 400 && status < 500 && kind === KIND_CLIENT) return true;
  if (status >= 400 && status < 500 && kind === KIND_SERVER) return false;
  return status < 100 || status >= 399;
}
