import { AnyValueType, FIRST_ENCODED_TYPE } from '../columns/any-value-type.ts';
import type { AttributeList } from '../columns/attribute-list.ts';
import { intern } from '../columns/intern.ts';
import type { ResourceTable } from '../columns/resource-table.ts';
import { Hash64 } from '../columns/stable-hash.ts';
import { malformed } from '../malformed.ts';
import { skipField } from '../protobuf/skip.ts';
import type { Source } from '../protobuf/source.ts';
import { longTag, readLength, readVarint, result } from '../protobuf/varint.ts';
import { hashAttributes } from './attribute-hash.ts';
import { appendAttributes } from './attributes.ts';
import { checkEntityRef } from './entity-ref.ts';

const RESOURCE_FIELDS = 0b1110;
const SERVICE_NAME = new TextEncoder().encode('service.name');
const fingerprint = new Hash64();

/** The row of the `Resource` in `[p, end)`; decoded when the batch has not seen these bytes. */
export function internResource(
  source: Source,
  p: number,
  end: number,
  table: ResourceTable,
): number {
  const id = intern(table.messages, source.bytes, source.view, p, end - p);
  // A new id can lie just behind the column: it reads as undefined, which is no row either.
  const known = table.rowOfMessage[id] | 0;
  if (known !== 0) return known - 1;
  const row = table.count;
  if (row === table.capacity) table.growTo(row * 2);
  const from = table.attributes.count;
  readResource(source, p, end, table, row);
  const to = table.attributes.count;
  table.messageId[row] = id;
  table.attributeEnd[row * 2] = to;
  hashAttributes(table.attributes, from, to, fingerprint);
  table.fingerprint[row * 2] = fingerprint.low;
  table.fingerprint[row * 2 + 1] = fingerprint.high;
  table.serviceName[row] = findServiceName(table, from, to);
  table.rowOfMessage[id] = row + 1;
  table.count = row + 1;
  return row;
}

function readResource(
  source: Source,
  p: number,
  end: number,
  table: ResourceTable,
  row: number,
): void {
  const bytes = source.bytes;
  table.droppedAttributesCount[row] = 0;
  while (p < end) {
    let tag = bytes[p++];
    if (tag > 127) {
      tag = longTag(bytes, p, tag);
      p = result.next;
    }
    if (tag === 0x0a) {
      p = appendAttributes(source, p, end, tag, table.attributes);
    } else if (tag === 0x10) {
      p = readVarint(bytes, p);
      table.droppedAttributesCount[row] = result.low;
    } else if (tag === 0x1a) {
      const length = readLength(bytes, p, end);
      p = result.next;
      checkEntityRef(bytes, p, p + length);
      p += length;
    } else {
      p = skipField(bytes, p, end, tag, RESOURCE_FIELDS);
    }
  }
  if (p !== end) malformed(p, 'field past the end of the message');
}

/** Id of the first `service.name` that is text or a number. */
function findServiceName(table: ResourceTable, from: number, to: number): number {
  const list = table.attributes;
  for (let i = from; i < to; i++) {
    const type = list.types[i];
    if (type === AnyValueType.empty || type >= FIRST_ENCODED_TYPE) continue;
    if (!isServiceName(list, list.keys[i])) continue;
    const run = list.values;
    let p = list.valueStart[i];
    let length = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = run.bytes[p++];
      length |= (byte & 127) << shift;
      if (byte < 128) break;
    }
    return intern(table.serviceNames, run.bytes, run.view, p, length);
  }
  return 0;
}

function isServiceName(list: AttributeList, key: number): boolean {
  const { offset, run } = list.keyDictionary;
  const start = offset[key] + 1;
  if (key === 0 || offset[key + 1] - start !== SERVICE_NAME.length) return false;
  for (let i = 0; i < SERVICE_NAME.length; i++) {
    if (run.bytes[start + i] !== SERVICE_NAME[i]) return false;
  }
  return true;
}
