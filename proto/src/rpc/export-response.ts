import { encodeMessage } from '../json/encode-request.ts';
import { Message, message, scalar } from '../schema/field.ts';
import type { Signal } from '../signal.ts';

/** The two encodings of OTLP over HTTP; gRPC is always protobuf. */
export type Encoding = 'protobuf' | 'json';

/** Part of a request was not taken, for good: the sender must not send it again. */
export interface PartialSuccess {
  /** Spans, data points, log records or profiles; 0 with a message is a warning. */
  readonly rejectedItems: number;
  readonly errorMessage: string;
}

/** Characters of a message to a sender; the rest is cut. */
export const RPC_MESSAGE_LENGTH_MAX = 2048;

/** How JSON names the count of each signal. */
export const REJECTED: Readonly<Record<Signal, string>> = {
  traces: 'rejectedSpans',
  metrics: 'rejectedDataPoints',
  logs: 'rejectedLogRecords',
  profiles: 'rejectedProfiles',
};

const PARTIAL_SUCCESS = new Message('PartialSuccess').define([
  scalar(1, 'rejectedItems', 'int64'),
  scalar(2, 'errorMessage', 'string'),
]);

/** The responses of all signals have the same field numbers; only JSON tells them apart. */
export const PARTIAL_RESPONSE: Message = new Message('ExportServiceResponse').define([
  message(1, 'partialSuccess', PARTIAL_SUCCESS),
]);

const encoder = new TextEncoder();

/**
 * The body of `Export*ServiceResponse`. Without `partial` all was taken: an empty message, and in
 * JSON `{"partialSuccess":{}}` as the Collector writes it.
 */
export function encodeExportResponse(
  signal: Signal,
  encoding: Encoding,
  partial?: PartialSuccess,
): Uint8Array {
  const errorMessage = partial?.errorMessage.slice(0, RPC_MESSAGE_LENGTH_MAX);
  if (encoding === 'protobuf') {
    if (partial === undefined) return new Uint8Array(0);
    const { rejectedItems } = partial;
    return encodeMessage(PARTIAL_RESPONSE, { partialSuccess: { rejectedItems, errorMessage } });
  }
  const partialSuccess: Record<string, string> = {};
  if (partial !== undefined) {
    if (partial.rejectedItems !== 0)
      partialSuccess[REJECTED[signal]] = String(partial.rejectedItems);
    if (errorMessage) partialSuccess.errorMessage = errorMessage;
  }
  return encoder.encode(JSON.stringify({ partialSuccess }));
}
