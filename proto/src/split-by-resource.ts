import type { EncodedRequest } from './encoded-request.ts';
import { skipField, WireType } from './protobuf/skip.ts';
import { readLength, readVarint, result } from './protobuf/varint.ts';
import { readMessage } from './read/read-message.ts';
import { scanRequest } from './scan.ts';
import { RESOURCE } from './schema/common-messages.ts';

/** Field of the groups in every request and of the resource in every group. */
const FIRST_FIELD = 1;

/**
 * The groups of a request by the text that a resource attribute has, in the order of their first
 * appearance; groups without the attribute, or with one that is no text, under undefined. What stands
 * beside the groups (the dictionary of profiles) goes into every part. Of repeated keys the first
 * counts.
 *
 * The request has passed `scanRequest`. The parts own their bytes, but for a request of one value,
 * which is returned as it is.
 */
export function splitByResource(
  request: EncodedRequest,
  attribute: string,
): ReadonlyMap<string | undefined, EncodedRequest> {
  const { bytes } = request;
  const parts = new Map<string | undefined, Uint8Array[]>();
  const beside: Uint8Array[] = [];
  let p = 0;
  while (p < bytes.length) {
    const start = p;
    p = readVarint(bytes, p);
    const tag = result.low;
    p = skipField(bytes, p, bytes.length, tag, 0);
    if (tag >>> 3 !== FIRST_FIELD || (tag & 7) !== WireType.bytes) {
      beside.push(bytes.subarray(start, p));
      continue;
    }
    const text = attributeText(bytes, contentStart(bytes, start, p), p, attribute);
    const part = parts.get(text);
    if (part === undefined) parts.set(text, [bytes.subarray(start, p)]);
    else part.push(bytes.subarray(start, p));
  }
  return new Map(
    [...parts].map(([text, groups]) => {
      if (parts.size === 1) return [text, request];
      const content = Buffer.concat([...groups, ...beside]);
      const itemCount = scanRequest(request.signal, content);
      return [text, { ...request, bytes: content, itemCount }];
    }),
  );
}

/** Of the resource in the group `[start, end)`. */
function attributeText(
  bytes: Uint8Array,
  start: number,
  end: number,
  attribute: string,
): string | undefined {
  let resource: Uint8Array | undefined;
  for (let p = start; p < end; ) {
    const fieldStart = p;
    p = readVarint(bytes, p);
    const tag = result.low;
    p = skipField(bytes, p, end, tag, 0);
    if (tag >>> 3 !== FIRST_FIELD) continue;
    resource = bytes.subarray(contentStart(bytes, fieldStart, p), p);
  }
  if (resource === undefined) return undefined;
  const found = readMessage(RESOURCE, resource)
    .messages('attributes')
    .find((each) => each.text('key') === attribute)
    ?.message('value');
  return found?.has('stringValue') === true ? found.text('stringValue') : undefined;
}

function contentStart(bytes: Uint8Array, start: number, end: number): number {
  readLength(bytes, readVarint(bytes, start), end);
  return result.next;
}
