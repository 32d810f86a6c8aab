import { ByteRun } from '../columns/byte-run.ts';
import { PADDING_BYTES, Source } from '../protobuf/source.ts';
import { requestOf } from '../schema/request-of.ts';
import type { Signal } from '../signal.ts';
import { appendMessage } from './append-message.ts';

const decoder = new TextDecoder();

/** Text per byte of protobuf, a first guess; the memory grows. */
const TEXT_PER_BYTE = 3;

/**
 * A protobuf request as OTLP/JSON in UTF-8, in one pass: keys in lowerCamelCase, ids in lower-case
 * hex, integers of 64 bits as text, enums as numbers, bytes in base64, what has its default left out but messages that are always there, as the Collector writes it
 * (`"status":{}`).
 * The result owns its memory.
 *
 * Throws `MalformedError`.
 */
export function protobufToJsonBytes(signal: Signal, bytes: Uint8Array): Uint8Array {
  const out = new ByteRun(bytes.length * TEXT_PER_BYTE);
  const padded = new Uint8Array(bytes.length + PADDING_BYTES);
  padded.set(bytes);
  const source = new Source(padded, bytes.length);
  appendMessage(source, requestOf(signal), { start: 0, end: bytes.length, depth: 0 }, out);
  return out.used();
}

/** `protobufToJsonBytes` as text. */
export function protobufToJson(signal: Signal, bytes: Uint8Array): string {
  return decoder.decode(protobufToJsonBytes(signal, bytes));
}
