import { intern } from '../columns/intern.ts';
import type { ProfileColumns, SampleColumns } from '../columns/profile-columns.ts';
import { malformed } from '../malformed.ts';
import { skipField } from '../protobuf/skip.ts';
import type { Source } from '../protobuf/source.ts';
import { longTag, readLength, result } from '../protobuf/varint.ts';
import {
  appendEmpty,
  clearId,
  readFixed64,
  readInt32,
  readInt64,
  readPackedFixed64,
  readPackedInt32,
  readPackedInt64,
  readString,
  readTraceId,
  readUint32,
} from './fields.ts';
import { clearInt64, startRow } from './profile-row.ts';

/** Field numbers 1 to 11. */
const PROFILE_FIELDS = 0xffe;
const SAMPLE_FIELDS = 0b111110;
const VALUE_TYPE_FIELDS = 0b110;

/** Fills row `columns.count` from the `Profile` in `[p, end)`. */
export function decodeProfile(
  source: Source,
  p: number,
  end: number,
  columns: ProfileColumns,
): void {
  const bytes = source.bytes;
  const row = columns.count;
  clearProfile(columns, row);
  while (p < end) {
    let tag = bytes[p++];
    if (tag > 127) {
      tag = longTag(bytes, p, tag);
      p = result.next;
    }
    if (tag === 0x0a || tag === 0x12 || tag === 0x2a || tag === 0x4a) {
      const length = readLength(bytes, p, end);
      p = result.next;
      readPart(source, p, p + length, tag, columns);
      p += length;
    } else {
      p = readScalar(source, p, end, tag, columns);
    }
  }
  if (p !== end) malformed(p, 'field past the end of the message');
  columns.attributes.endRow(row);
  columns.sampleEnd[row * 2] = columns.samples.count;
}

function clearProfile(columns: ProfileColumns, row: number): void {
  columns.sampleType[row] = 0;
  columns.sampleUnit[row] = 0;
  columns.periodType[row] = 0;
  columns.periodUnit[row] = 0;
  clearInt64(columns.period, row);
  clearInt64(columns.timeUnixNano, row);
  clearInt64(columns.durationNano, row);
  clearId(columns.profileIdView, row * 16, 16);
  columns.droppedAttributesCount[row] = 0;
  columns.originalPayloadFormat[row] = 0;
  appendEmpty(columns.originalPayload, row);
}

function readPart(
  source: Source,
  p: number,
  end: number,
  tag: number,
  columns: ProfileColumns,
): void {
  const row = columns.count;
  switch (tag) {
    case 0x0a:
      readValueType(source, p, end, columns.sampleType, columns.sampleUnit, row);
      break;
    case 0x12:
      appendSample(source, p, end, columns.samples);
      break;
    case 0x2a:
      readValueType(source, p, end, columns.periodType, columns.periodUnit, row);
      break;
    default:
      columns.originalPayloadFormat[row] = intern(
        columns.payloadFormats,
        source.bytes,
        source.view,
        p,
        end - p,
      );
  }
}

function readScalar(
  source: Source,
  p: number,
  end: number,
  tag: number,
  columns: ProfileColumns,
): number {
  const row = columns.count;
  switch (tag) {
    case 0x19:
      return readFixed64(source, p, columns.timeUnixNano, row);
    case 0x20:
      return readInt64(source, p, columns.durationNano, row);
    case 0x30:
      return readInt64(source, p, columns.period, row);
    case 0x3a:
      return readTraceId(source, p, end, columns.profileIdView, row * 16);
    case 0x40:
      return readUint32(source, p, columns.droppedAttributesCount, row);
    case 0x52:
      return readString(source, p, end, columns.originalPayload, row);
    case 0x58:
    case 0x5a:
      return readPackedInt32(source, p, end, tag, columns.attributes.indices);
    default:
      return skipField(source.bytes, p, end, tag, PROFILE_FIELDS);
  }
}

/** Repeated ones merge, as protobuf has it: a field that is absent keeps its value. */
function readValueType(
  source: Source,
  p: number,
  end: number,
  types: Int32Array,
  units: Int32Array,
  row: number,
): void {
  const bytes = source.bytes;
  while (p < end) {
    let tag = bytes[p++];
    if (tag > 127) {
      tag = longTag(bytes, p, tag);
      p = result.next;
    }
    if (tag === 0x08) p = readInt32(source, p, types, row);
    else if (tag === 0x10) p = readInt32(source, p, units, row);
    else p = skipField(bytes, p, end, tag, VALUE_TYPE_FIELDS);
  }
  if (p !== end) malformed(p, 'field past the end of the message');
}

function appendSample(source: Source, p: number, end: number, columns: SampleColumns): void {
  const bytes = source.bytes;
  const row = startRow(columns, p);
  columns.stack[row] = 0;
  columns.link[row] = 0;
  while (p < end) {
    let tag = bytes[p++];
    if (tag > 127) {
      tag = longTag(bytes, p, tag);
      p = result.next;
    }
    if (tag === 0x08) p = readInt32(source, p, columns.stack, row);
    else if (tag === 0x18) p = readInt32(source, p, columns.link, row);
    else if (tag === 0x10 || tag === 0x12)
      p = readPackedInt32(source, p, end, tag, columns.attributes.indices);
    else if (tag === 0x20 || tag === 0x22) p = readPackedInt64(source, p, end, tag, columns.values);
    else if (tag === 0x29 || tag === 0x2a)
      p = readPackedFixed64(source, p, end, tag, columns.timestampsUnixNano);
    else p = skipField(bytes, p, end, tag, SAMPLE_FIELDS);
  }
  if (p !== end) malformed(p, 'field past the end of the message');
  columns.attributes.endRow(row);
  columns.valueEnd[row * 2] = columns.values.length >>> 3;
  columns.timestampEnd[row * 2] = columns.timestampsUnixNano.length >>> 3;
  columns.count = row + 1;
}
