import { type AttributeList, FIRST_ENCODED_TYPE } from '@sonde/proto';
import { endBefore } from '../native-format/row-runs.ts';

/**
 * Attributes of one row that are text, numbers or booleans, by key; of duplicates the last counts.
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
    attributes.set(
      readText(run.bytes, offset[list.keys[i]]),
      readText(list.values.bytes, list.valueStart[i]),
    );
  }
  return attributes;
}

const TEXT_DECODER = new TextDecoder();

/** The Native String at `start`. Bytes that are no UTF-8 become U+FFFD. */
function readText(bytes: Uint8Array, start: number): string {
  let length = 0;
  let position = start;
  for (let shift = 0; ; shift += 7) {
    const byte = bytes[position++];
    length += (byte & 127) * 2 ** shift;
    if (byte < 128) break;
  }
  return TEXT_DECODER.decode(bytes.subarray(position, position + length));
}
