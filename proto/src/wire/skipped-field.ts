import { skipField } from '../protobuf/skip.ts';
import { longTag, result } from '../protobuf/varint.ts';

/** The tag of the field that was skipped last. */
export const fieldTag: { value: number } = { value: 0 };

/** What follows the field at `p`, tag and all. */
export function skipped(bytes: Uint8Array, p: number, end: number): number {
  let tag = bytes[p];
  let next = p + 1;
  if (tag > 127) {
    tag = longTag(bytes, next, tag);
    next = result.next;
  }
  fieldTag.value = tag;
  return skipField(bytes, next, end, tag, 0);
}
