import { malformed } from '../malformed.ts';
import { skipField } from '../protobuf/skip.ts';
import { longTag, readLength, result } from '../protobuf/varint.ts';

const ENTITY_REF_FIELDS = 0b11110;

/** Entity references have no column: their bytes stay in the resource's message. */
export function checkEntityRef(bytes: Uint8Array, p: number, end: number): void {
  while (p < end) {
    let tag = bytes[p++];
    if (tag > 127) {
      tag = longTag(bytes, p, tag);
      p = result.next;
    }
    if (tag === 0x0a || tag === 0x12 || tag === 0x1a || tag === 0x22) {
      p = readLength(bytes, p, end) + result.next;
    } else {
      p = skipField(bytes, p, end, tag, ENTITY_REF_FIELDS);
    }
  }
  if (p !== end) malformed(p, 'field past the end of the message');
}
