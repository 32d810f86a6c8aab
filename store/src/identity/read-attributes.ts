import { type AttributeList, FIRST_ENCODED_TYPE, readAttribute } from '@sonde/proto';
import { endBefore } from '../native-format/row-runs.ts';

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
    const { key, text } = readAttribute(list, i);
    if (!attributes.has(key)) attributes.set(key, text);
  }
  return attributes;
}
