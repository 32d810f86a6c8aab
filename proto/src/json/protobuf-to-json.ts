import { ByteRun } from '../columns/byte-run.ts';
import { PADDING_BYTES, Source } from '../protobuf/source.ts';
import { requestOf } from '../schema/request-of.ts';
import type { Signal } from '../signal.ts';
import { appendMessage } from './append-message.ts';

const decoder = new TextDecoder();

/** Text per byte of protobuf, a first guess; the memory grows. */
const TEXT_PER_BYTE = 3;

/**
 * A protobuf request as OTLP/JSON in UTF-8, in one pass, as the Collector writes it: keys in
 * lowerCamelCase, ids in lower-case hex, integers of 64 bits as text, enums as numbers, bytes in
 * base64, what has its default left out but single messages (`"status":{}`). The result owns its
 * memory.
 *
 * Throws `MalformedError`.
 */
export function protobufToJsonBytes(signal: Signal, bytes: Uint8Array): Uint8Array {
  return toJson(signal, bytes, { embedded: true });
}

/** `protobufToJsonBytes` as text, single messages left out where nothing is set in them. */
export function protobufToJson(signal: Signal, bytes: Uint8Array): string {
  return decoder.decode(toJson(signal, bytes, { embedded: false }));
}

function toJson(
  signal: Signal,
  bytes: Uint8Array,
  { embedded }: { readonly embedded: boolean },
): Uint8Array {
  const out = new ByteRun(bytes.length * TEXT_PER_BYTE);
  const padded = new Uint8Array(bytes.length + PADDING_BYTES);
  padded.set(bytes);
  const source = new Source(padded, bytes.length);
  const range = { start: 0, end: bytes.length, depth: 0, embedded };
  appendMessage(source, requestOf(signal), range, out);
  return out.used();
}
