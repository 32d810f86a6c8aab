import { AnyValueType } from '../columns/any-value-type.ts';
import type { LogColumns } from '../columns/log-columns.ts';
import type { ReverseWriter } from '../protobuf/reverse-writer.ts';
import {
  writeAnyValue,
  writeEntry,
  writeFixed64,
  writeId,
  writeRowAttributes,
  writeUint32,
} from './values.ts';

/** Room for the fields of fixed size. */
const FIELDS_BYTES_MAX = 96;

/** The fields of a `LogRecord`, last to first. A body without a value is left out. */
export function writeLogRecord(writer: ReverseWriter, columns: LogColumns, row: number): void {
  writeEntry(writer, 0x62, columns.eventNames, columns.eventName[row]);
  writer.reserve(FIELDS_BYTES_MAX);
  writeFixed64(writer, 0x59, columns.observedTimeUnixNano, row);
  writeId(writer, 0x52, columns.spanIdView, row, 8);
  writeId(writer, 0x4a, columns.traceIdView, row, 16);
  const flags = columns.flags[row];
  if (flags !== 0) {
    writer.fixed32(flags);
    writer.byte(0x45);
  }
  writeUint32(writer, 0x38, columns.droppedAttributesCount[row]);
  writeRowAttributes(writer, 0x32, columns.attributes, columns.attributeEnd, row);
  const bodyType = columns.bodyType[row];
  if (bodyType !== AnyValueType.empty) {
    writeAnyValue(writer, bodyType, columns.body.run, columns.body.start[row]);
    writer.byte(0x2a);
  }
  writeEntry(writer, 0x1a, columns.severityTexts, columns.severityText[row]);
  writer.reserve(FIELDS_BYTES_MAX);
  writeUint32(writer, 0x10, columns.severityNumber[row]);
  writeFixed64(writer, 0x09, columns.timeUnixNano, row);
}
