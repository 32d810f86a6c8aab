import type { ExemplarColumns } from '../columns/exemplar-columns.ts';
import { NumberType } from '../columns/metric-kind.ts';
import type { ReverseWriter } from '../protobuf/reverse-writer.ts';
import { writeFixed64, writeId, writeRowAttributes } from './values.ts';

/** Room for the fields of fixed size. */
const FIELDS_BYTES_MAX = 64;

/** The exemplars of point `row`, each as a field with this tag. */
export function writeExemplars(
  writer: ReverseWriter,
  tag: number,
  exemplars: ExemplarColumns,
  end: Uint32Array,
  row: number,
): void {
  const from = row === 0 ? 0 : end[row * 2 - 2];
  for (let i = end[row * 2] - 1; i >= from; i--) {
    const before = writer.length;
    writeExemplar(writer, exemplars, i);
    writer.close(before, tag);
  }
}

function writeExemplar(writer: ReverseWriter, exemplars: ExemplarColumns, i: number): void {
  writeRowAttributes(writer, 0x3a, exemplars.attributes, exemplars.attributeEnd, i);
  writer.reserve(FIELDS_BYTES_MAX);
  const type = exemplars.valueType[i];
  if (type === NumberType.int) {
    writer.fixed64(exemplars.int[i * 2], exemplars.int[i * 2 + 1]);
    writer.byte(0x31);
  }
  writeId(writer, 0x2a, exemplars.traceIdView, i, 16);
  writeId(writer, 0x22, exemplars.spanIdView, i, 8);
  if (type === NumberType.double) {
    writer.double(exemplars.double[i]);
    writer.byte(0x19);
  }
  writeFixed64(writer, 0x11, exemplars.timeUnixNano, i);
}
