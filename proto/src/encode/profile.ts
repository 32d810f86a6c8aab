import type { ProfileColumns } from '../columns/profile-columns.ts';
import type { ReverseWriter } from '../protobuf/reverse-writer.ts';
import { JoinedDictionary, writeIndex, writeInt64 } from './profile-dictionary.ts';
import {
  writeEntry,
  writeFixed64,
  writeId,
  writePackedFixed64,
  writePackedVarint,
  writeString,
  writeUint32,
} from './values.ts';

/** Room for the fields of fixed size of a profile or sample. */
const FIELDS_BYTES_MAX = 112;

/** Writes profiles last to first, and the dictionary of the requests they came with. */
export class ProfileWriter {
  readonly #columns: ProfileColumns;
  readonly #dictionary: JoinedDictionary;
  #segment: number;

  /** Without `rows` the dictionaries of all requests are written, also of those without profiles. */
  constructor(columns: ProfileColumns, rows: Uint8Array | undefined) {
    this.#columns = columns;
    this.#dictionary = new JoinedDictionary(columns.dictionary, segmentsOf(columns, rows));
    this.#segment = columns.segments.count - 1;
  }

  /** Field 2 of the request. */
  writeDictionary(writer: ReverseWriter): void {
    const before = writer.length;
    this.#dictionary.write(writer);
    if (writer.length > before) writer.close(before, 0x12);
  }

  /** The fields of the `Profile` in row `row`; rows come down. */
  write(writer: ReverseWriter, row: number): void {
    const columns = this.#columns;
    const { rowEnd } = columns.segments;
    while (this.#segment > 0 && row < rowEnd[this.#segment - 1]) this.#segment--;
    const target = { table: columns.dictionary.attributes, segment: this.#segment };
    this.#dictionary.writeIndices(writer, 0x5a, columns.attributes, row, target);
    writeString(writer, 0x52, columns.originalPayload, row);
    writeEntry(writer, 0x4a, columns.payloadFormats, columns.originalPayloadFormat[row]);
    writer.reserve(FIELDS_BYTES_MAX);
    writeUint32(writer, 0x40, columns.droppedAttributesCount[row]);
    writeId(writer, 0x3a, columns.profileIdView, row, 16);
    writeInt64(writer, 0x30, columns.period, row);
    this.#writeValueType(writer, 0x2a, columns.periodType[row], columns.periodUnit[row]);
    writeInt64(writer, 0x20, columns.durationNano, row);
    writeFixed64(writer, 0x19, columns.timeUnixNano, row);
    this.#writeSamples(writer, row);
    writer.reserve(FIELDS_BYTES_MAX);
    this.#writeValueType(writer, 0x0a, columns.sampleType[row], columns.sampleUnit[row]);
  }

  #writeValueType(writer: ReverseWriter, tag: number, type: number, unit: number): void {
    const { strings } = this.#columns.dictionary;
    const before = writer.length;
    writeIndex(writer, 0x10, this.#dictionary.index(strings, this.#segment, unit));
    writeIndex(writer, 0x08, this.#dictionary.index(strings, this.#segment, type));
    if (writer.length === before) return;
    writer.byte(writer.length - before);
    writer.byte(tag);
  }

  #writeSamples(writer: ReverseWriter, row: number): void {
    const { samples, sampleEnd, dictionary } = this.#columns;
    const segment = this.#segment;
    const from = row === 0 ? 0 : sampleEnd[row * 2 - 2];
    const target = { table: dictionary.attributes, segment };
    for (let i = sampleEnd[row * 2] - 1; i >= from; i--) {
      const before = writer.length;
      writePackedFixed64(writer, 0x2a, samples.timestampsUnixNano, samples.timestampEnd, i);
      writePackedVarint(writer, 0x22, samples.values, samples.valueEnd, i);
      writer.reserve(FIELDS_BYTES_MAX);
      const link = this.#dictionary.index(dictionary.links, segment, samples.link[i]);
      writeIndex(writer, 0x18, link);
      this.#dictionary.writeIndices(writer, 0x12, samples.attributes, i, target);
      writer.reserve(FIELDS_BYTES_MAX);
      const stack = this.#dictionary.index(dictionary.stacks, segment, samples.stack[i]);
      writeIndex(writer, 0x08, stack);
      writer.close(before, 0x12);
    }
  }
}

function segmentsOf(columns: ProfileColumns, rows: Uint8Array | undefined): number[] {
  const { count, rowEnd } = columns.segments;
  const all = Array.from({ length: count }, (_, segment) => segment);
  if (rows === undefined) return all;
  return all.filter((segment) => {
    const from = segment === 0 ? 0 : rowEnd[segment - 1];
    for (let row = from; row < rowEnd[segment]; row++) if (rows[row] !== 0) return true;
    return false;
  });
}
