import { CorruptError } from './packing.ts';

/** Shorter ones are copied byte by byte, which is cheaper than a call into the engine. */
const NATIVE_COPY_BYTES_MIN = 64;

/**
 * Copies what was unpacked before to `at`, where source and target may overlap (a distance of 1
 * repeats a byte). Returns the end. Throws `CorruptError` when it leaves `out` on either side.
 */
export function copyBack(
  out: Buffer,
  at: number,
  { length, distance }: { length: number; distance: number },
): number {
  if (distance === 0 || distance > at) throw new CorruptError('refers to what is not there');
  if (length > out.length - at) throw new CorruptError('longer than declared');
  const end = at + length;
  const from = at - distance;
  if (distance >= length && length >= NATIVE_COPY_BYTES_MIN) {
    out.copyWithin(at, from, from + length);
    return end;
  }
  for (let target = at, source = from; target < end; target += 1, source += 1) {
    out[target] = out[source] ?? 0;
  }
  return end;
}
