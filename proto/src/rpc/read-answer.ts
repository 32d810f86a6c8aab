import { malformed } from '../malformed.ts';
import type { OtlpMessage } from '../read/otlp-message.ts';
import { readMessage } from '../read/read-message.ts';
import type { Signal } from '../signal.ts';
import {
  type Encoding,
  PARTIAL_RESPONSE,
  type PartialSuccess,
  REJECTED,
} from './export-response.ts';
import { RETRY_INFO, STATUS } from './status.ts';

/** An error as a receiver words it. */
export interface ReceivedStatus {
  /** `google.rpc.Code`, or whatever number was sent. */
  readonly code: number;
  readonly message: string;
  /** Detail `RetryInfo`: milliseconds from now. */
  readonly retryAfterMs: number | undefined;
}

const RETRY_INFO_TYPE = 'google.rpc.RetryInfo';
const decoder = new TextDecoder();

/**
 * The `partial_success` of an `Export*ServiceResponse`; undefined where all was taken. Throws
 * `MalformedError` for what is no response.
 */
export function readExportResponse(
  signal: Signal,
  encoding: Encoding,
  bytes: Uint8Array,
): PartialSuccess | undefined {
  const partial = encoding === 'json' ? jsonPartial(signal, bytes) : protobufPartial(bytes);
  return partial.rejectedItems === 0 && partial.errorMessage === '' ? undefined : partial;
}

function protobufPartial(bytes: Uint8Array): PartialSuccess {
  const partial = readMessage(PARTIAL_RESPONSE, bytes).message('partialSuccess');
  return {
    rejectedItems: Number(partial?.integer('rejectedItems') ?? 0n),
    errorMessage: partial?.text('errorMessage') ?? '',
  };
}

function jsonPartial(signal: Signal, bytes: Uint8Array): PartialSuccess {
  const partial = memberOf(parseJson(bytes), 'partialSuccess');
  const rejected = Number(memberOf(partial, REJECTED[signal]) ?? 0);
  const errorMessage = memberOf(partial, 'errorMessage');
  if (!Number.isSafeInteger(rejected)) malformed(0, `${REJECTED[signal]} is no integer`);
  return {
    rejectedItems: rejected,
    errorMessage: typeof errorMessage === 'string' ? errorMessage : '',
  };
}

/** A `google.rpc.Status`. Throws `MalformedError`. */
export function readStatus(encoding: Encoding, bytes: Uint8Array): ReceivedStatus {
  if (encoding === 'json') return jsonStatus(parseJson(bytes));
  const status = readMessage(STATUS, bytes);
  let retryAfterMs: number | undefined;
  for (const detail of status.messages('details')) {
    if (!detail.text('typeUrl').endsWith(RETRY_INFO_TYPE)) continue;
    retryAfterMs = delayMs(readMessage(RETRY_INFO, detail.bytes('value')).message('retryDelay'));
  }
  return { code: Number(status.integer('code')), message: status.text('message'), retryAfterMs };
}

function delayMs(delay: OtlpMessage | undefined): number {
  if (delay === undefined) return 0;
  return Number(delay.integer('seconds')) * 1000 + Number(delay.integer('nanos')) / 1e6;
}

function jsonStatus(status: unknown): ReceivedStatus {
  const code = memberOf(status, 'code');
  const text = memberOf(status, 'message');
  const details: unknown = memberOf(status, 'details');
  const info = Array.isArray(details)
    ? details.find((each) => String(memberOf(each, '@type')).endsWith(RETRY_INFO_TYPE))
    : undefined;
  const seconds = /^([0-9.]+)s$/.exec(String(memberOf(info, 'retryDelay')))?.[1];
  return {
    code: typeof code === 'number' ? code : 0,
    message: typeof text === 'string' ? text : '',
    retryAfterMs: seconds === undefined ? undefined : Number(seconds) * 1000,
  };
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(decoder.decode(bytes));
  } catch (error) {
    return malformed(0, error instanceof Error ? error.message : 'no JSON');
  }
}

function memberOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}
