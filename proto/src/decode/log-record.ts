import { FIRST_ENCODED_TYPE } from '../columns/any-value-type.ts';
import { intern } from '../columns/intern.ts';
import type { LogColumns } from '../columns/log-columns.ts';
import { malformed } from '../malformed.ts';
import { skipField } from '../protobuf/skip.ts';
import type { Source } from '../protobuf/source.ts';
import { longTag, readLength, result } from '../protobuf/varint.ts';
import { appendAnyValue, valueBytesMax } from './any-value.ts';
import { appendAttributes } from './attributes.ts';
import {
  appendEmpty,
  readEnum,
  readFixed64,
  readSpanId,
  readTraceId,
  readUint32,
} from './fields.ts';

/** Field numbers 1 to 12 without 4, which was the name of a record once. */
const LOG_FIELDS = 0x1fee;

/** Fills row `columns.count`, which is zeros, from the `LogRecord` in `[p, end)`. */
export function decodeLogRecord(source: Source, p: number, end: number, columns: LogColumns): void {
  const bytes = source.bytes;
  const row = columns.count;
  const attributes = columns.attributes;
  appendEmpty(columns.body, row);
  while (p < end) {
    let tag = bytes[p++];
    if (tag > 127) {
      tag = longTag(bytes, p, tag);
      p = result.next;
    }
    switch (tag) {
      case 0x09:
        p = readFixed64(source, p, columns.timeUnixNano, row);
        break;
      case 0x59:
        p = readFixed64(source, p, columns.observedTimeUnixNano, row);
        break;
      case 0x10:
        p = readEnum(source, p, columns.severityNumber, row);
        break;
      case 0x38:
        p = readUint32(source, p, columns.droppedAttributesCount, row);
        break;
      case 0x45:
        columns.flags[row] = source.view.getInt32(p, true);
        p += 4;
        break;
      case 0x4a:
        p = readTraceId(source, p, end, columns.traceIdView, row * 16);
        break;
      case 0x52:
        p = readSpanId(source, p, end, columns.spanIdView, row * 8);
        break;
      case 0x32:
        p = appendAttributes(source, p, end, tag, attributes);
        break;
      case 0x1a:
      case 0x2a:
      case 0x62: {
        const length = readLength(bytes, p, end);
        p = result.next;
        if (tag === 0x2a) readBody(source, p, p + length, columns, row);
        else readName(source, p, length, tag, columns);
        p += length;
        break;
      }
      default:
        p = skipField(bytes, p, end, tag, LOG_FIELDS);
    }
  }
  if (p !== end) malformed(p, 'field past the end of the message');
  columns.attributeEnd[row * 2] = attributes.count;
  if (columns.bodyType[row] >= FIRST_ENCODED_TYPE) columns.encodedBodyCount++;
}

function readName(
  source: Source,
  p: number,
  length: number,
  tag: number,
  columns: LogColumns,
): void {
  const { bytes, view } = source;
  const row = columns.count;
  if (tag === 0x1a) {
    columns.severityText[row] = intern(columns.severityTexts, bytes, view, p, length);
  } else {
    columns.eventName[row] = intern(columns.eventNames, bytes, view, p, length);
  }
}

/** The last body wins. */
function readBody(source: Source, p: number, end: number, columns: LogColumns, row: number): void {
  const run = columns.body.run;
  run.length = columns.body.start[row];
  run.reserve(valueBytesMax(end - p));
  columns.bodyType[row] = appendAnyValue(source, p, end, run);
}
