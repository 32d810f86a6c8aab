import type { ByteRun } from '../columns/byte-run.ts';
import { appendVarint32 } from '../protobuf/copy.ts';
import { skipField } from '../protobuf/skip.ts';
import { longTag, readLength, result } from '../protobuf/varint.ts';

/** `AnyValue.array_value`, `ArrayValue.values`, `AnyValue.string_value`. */
const ARRAY_TAG = 0x2a;
const ITEM_TAG = 0x0a;
const TEXT_TAG = 0x0a;
const PREFIX_BYTES_MAX = 5;

/**
 * Appends the texts of an encoded array, the `AnyValue` in `[start, end)`, to `out` as Native
 * Strings; an item of another type is the empty one. Returns how many. Throws `MalformedError`.
 */
export function appendTextItems(
  bytes: Uint8Array,
  { start, end }: { readonly start: number; readonly end: number },
  out: ByteRun,
): number {
  let count = 0;
  for (let p = start; p < end; ) {
    const tag = readTag(bytes, p);
    p = result.next;
    if (tag !== ARRAY_TAG) {
      p = skipField(bytes, p, end, tag, 0);
      continue;
    }
    const length = readLength(bytes, p, end);
    p = result.next + length;
    count += appendItems(bytes, { start: p - length, end: p }, out);
  }
  return count;
}

interface Part {
  readonly start: number;
  readonly end: number;
}

function appendItems(bytes: Uint8Array, { start, end }: Part, out: ByteRun): number {
  let count = 0;
  for (let p = start; p < end; ) {
    const tag = readTag(bytes, p);
    p = result.next;
    if (tag !== ITEM_TAG) {
      p = skipField(bytes, p, end, tag, 0);
      continue;
    }
    const length = readLength(bytes, p, end);
    p = result.next + length;
    appendText(bytes, { start: p - length, end: p }, out);
    count++;
  }
  return count;
}

function appendText(bytes: Uint8Array, { start, end }: Part, out: ByteRun): void {
  let from = end;
  let length = 0;
  for (let p = start; p < end; ) {
    const tag = readTag(bytes, p);
    p = result.next;
    if (tag !== TEXT_TAG) {
      p = skipField(bytes, p, end, tag, 0);
      continue;
    }
    length = readLength(bytes, p, end);
    from = result.next;
    p = from + length;
  }
  out.reserve(length + PREFIX_BYTES_MAX);
  appendVarint32(out, length);
  out.bytes.set(bytes.subarray(from, from + length), out.length);
  out.length += length;
}

/** Leaves what follows in `result.next`. */
function readTag(bytes: Uint8Array, p: number): number {
  const first = bytes[p];
  if (first > 127) return longTag(bytes, p + 1, first);
  result.next = p + 1;
  return first;
}
