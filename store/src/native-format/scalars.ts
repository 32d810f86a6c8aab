import type { ByteRun } from '@sonde/proto';

/** Writes `value` (a safe integer, not negative) as a varint; the caller has reserved 9 bytes. */
export function writeVarint(out: ByteRun, value: number): void {
  while (value > 127) {
    out.bytes[out.length++] = (value % 128) | 128;
    value = Math.floor(value / 128);
  }
  out.bytes[out.length++] = value;
}

const TEXT_ENCODER = new TextEncoder();

/** Writes a Native String. */
export function writeText(out: ByteRun, text: string): void {
  const encoded = TEXT_ENCODER.encode(text);
  out.reserve(encoded.length + 9);
  writeVarint(out, encoded.length);
  out.bytes.set(encoded, out.length);
  out.length += encoded.length;
}

/** Writes an unsigned 64-bit number below 2^53. */
export function writeUint64(out: ByteRun, value: number): void {
  out.reserve(8);
  out.view.setUint32(out.length, value % 0x1_0000_0000, true);
  out.view.setUint32(out.length + 4, Math.floor(value / 0x1_0000_0000), true);
  out.length += 8;
}

/** Appends `count` copies of `source`, doubling what is written already. */
export function writeRepeated(out: ByteRun, source: Uint8Array, count: number): void {
  const total = source.length * count;
  if (total === 0) return;
  out.reserve(total);
  const first = out.length;
  out.bytes.set(source, first);
  let done = source.length;
  while (done < total) {
    const step = Math.min(done, total - done);
    out.bytes.copyWithin(first + done, first, first + step);
    done += step;
  }
  out.length = first + total;
}

/** A varint below 2^53 and what follows it; throws `RangeError` when it does not end. */
export function readVarint(
  bytes: Uint8Array,
  start: number,
): { readonly value: number; readonly next: number } {
  let value = 0;
  let next = start;
  for (let factor = 1; ; factor *= 128) {
    const byte = bytes[next++];
    value += (byte & 127) * factor;
    if (byte < 128) return { value, next };
    if (!(byte >= 128)) throw new RangeError(`varint at ${start} does not end`);
  }
}
