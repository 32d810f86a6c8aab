import { skipField } from '../protobuf/skip.ts';
import { longTag, result } from '../protobuf/varint.ts';

/** Of the field that was skipped last: its tag, and what is behind that. */
export const skippedField: { tag: number; body: number } = { tag: 0, body: 0 };

/** What follows the field at `p`, tag and all. */
export function skipped(bytes: Uint8Array, p: number, end: number): number {
  let tag = bytes[p];
  let next = p + 1;
  if (tag > 127) {
    tag = longTag(bytes, next, tag);
    next = result.next;
  }
  skippedField.tag = tag;
  skippedField.body = next;
  return skipField(bytes, next, end, tag, 0);
}
