import { type AttributeList, FIRST_ENCODED_TYPE } from '@sonde/proto';
import { endBefore } from '../native-format/row-runs.ts';
import { readVarint } from '../native-format/scalars.ts';

/**
 * Attributes of one row that are text, numbers or booleans, by key; of duplicates the first counts.
 * For the few distinct resources of a batch, not for rows.
 */
export function readAttributes(
  list: AttributeList,
  ends: Uint32Array,
  row: number,
): ReadonlyMap<string, string> {
  const attributes = new Map<string, string>();
  const end = endBefore(ends, row + 1);
  for (let i = endBefore(ends, row); i < end; i++) {
    if (list.types[i] >= FIRST_ENCODED_TYPE) continue;
    const { run, offset } = list.keyDictionary;
    const key = readText(run.bytes, offset[list.keys[i]]);
    if (!attributes.has(key)) attributes.set(key, readText(list.values.bytes, list.valueStart[i]));
  }
  return attributes;
}

const TEXT_DECODER = new TextDecoder();

/** The Native String at `start`. Bytes that are no UTF-8 become U+FFFD. */
function readText(bytes: Uint8Array, start: number): string {
  const { value: length, next } = readVarint(bytes, start);
  return TEXT_DECODER.decode(bytes.subarray(next, next + length));
}
