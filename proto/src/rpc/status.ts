import { encodeMessage } from '../json/encode-request.ts';
import { Message, message, scalar } from '../schema/field.ts';
import { type Encoding, RPC_MESSAGE_LENGTH_MAX } from './export-response.ts';

/** `google.rpc.Code`: the codes of gRPC. */
export const RpcCode = {
  ok: 0,
  cancelled: 1,
  unknown: 2,
  invalidArgument: 3,
  deadlineExceeded: 4,
  notFound: 5,
  alreadyExists: 6,
  permissionDenied: 7,
  resourceExhausted: 8,
  failedPrecondition: 9,
  aborted: 10,
  outOfRange: 11,
  unimplemented: 12,
  internal: 13,
  unavailable: 14,
  dataLoss: 15,
  unauthenticated: 16,
} as const;

export type RpcCode = (typeof RpcCode)[keyof typeof RpcCode];

export interface FieldViolation {
  /** Where: a path, or an offset in words. */
  readonly field: string;
  readonly description: string;
}

/** A `google.rpc.Status`: the body of every OTLP error. */
export interface RpcStatus {
  readonly code: RpcCode;
  /** For developers; cut at `RPC_MESSAGE_LENGTH_MAX`. */
  readonly message: string;
  /** Detail `BadRequest`, for data that will never be taken. */
  readonly violations?: readonly FieldViolation[];
  /** Detail `RetryInfo`: when to try again, milliseconds from now. */
  readonly retryAfterMs?: number;
}

const TYPE_URL = 'type.googleapis.com/google.rpc.';

export const STATUS: Message = new Message('Status').define([
  scalar(1, 'code', 'uint32'),
  scalar(2, 'message', 'string'),
  message(
    3,
    'details',
    new Message('Any').define([scalar(1, 'typeUrl', 'string'), scalar(2, 'value', 'bytes')]),
    { repeated: true },
  ),
]);

const BAD_REQUEST = new Message('BadRequest').define([
  message(
    1,
    'fieldViolations',
    new Message('FieldViolation').define([
      scalar(1, 'field', 'string'),
      scalar(2, 'description', 'string'),
    ]),
    { repeated: true },
  ),
]);

export const RETRY_INFO: Message = new Message('RetryInfo').define([
  message(
    1,
    'retryDelay',
    new Message('Duration').define([scalar(1, 'seconds', 'int64'), scalar(2, 'nanos', 'uint32')]),
  ),
]);

const encoder = new TextEncoder();

/** The status in the encoding of the request; protobuf is also gRPC's `grpc-status-details-bin`. */
export function encodeStatus(status: RpcStatus, encoding: Encoding): Uint8Array {
  return encoding === 'json' ? encoder.encode(statusText(status)) : statusBytes(status);
}

function statusBytes(status: RpcStatus): Uint8Array {
  const details: { typeUrl: string; value: Uint8Array }[] = [];
  if (status.violations !== undefined) {
    const value = encodeMessage(BAD_REQUEST, { fieldViolations: status.violations });
    details.push({ typeUrl: `${TYPE_URL}BadRequest`, value });
  }
  if (status.retryAfterMs !== undefined) {
    const { seconds, nanos } = delayOf(status.retryAfterMs);
    const value = encodeMessage(RETRY_INFO, { retryDelay: { seconds, nanos } });
    details.push({ typeUrl: `${TYPE_URL}RetryInfo`, value });
  }
  return encodeMessage(STATUS, { code: status.code, message: cut(status.message), details });
}

function statusText(status: RpcStatus): string {
  const details: object[] = [];
  if (status.violations !== undefined) {
    details.push({ '@type': `${TYPE_URL}BadRequest`, fieldViolations: status.violations });
  }
  if (status.retryAfterMs !== undefined) {
    const { seconds, nanos } = delayOf(status.retryAfterMs);
    const fraction = nanos === 0 ? '' : `.${String(nanos / 1e6).padStart(3, '0')}`;
    details.push({ '@type': `${TYPE_URL}RetryInfo`, retryDelay: `${seconds}${fraction}s` });
  }
  const text = { code: status.code, message: cut(status.message) };
  return JSON.stringify(details.length === 0 ? text : { ...text, details });
}

function cut(text: string): string {
  return text.slice(0, RPC_MESSAGE_LENGTH_MAX);
}

function delayOf(ms: number): { seconds: number; nanos: number } {
  const whole = Math.max(0, Math.ceil(ms));
  return { seconds: Math.floor(whole / 1000), nanos: (whole % 1000) * 1e6 };
}
