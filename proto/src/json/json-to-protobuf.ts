import { malformed } from '../malformed.ts';
import { startRowBudget } from '../protobuf/row-budget.ts';
import { WireType } from '../protobuf/skip.ts';
import { ProtobufWriter } from '../protobuf/writer.ts';
import { ANY_VALUE } from '../schema/common-messages.ts';
import type { Field, Message } from '../schema/field.ts';
import { requestOf } from '../schema/request-of.ts';
import type { Signal } from '../signal.ts';
import { JsonReader } from './json-reader.ts';
import { type Scalar, writePacked, writeScalar } from './scalar.ts';

/**
 * Turns the text of an OTLP/JSON request into the protobuf request it stands for.
 *
 * As the specification has it: lowerCamelCase keys only, unknown keys ignored, trace and span ids
 * in hex, other bytes in base64, 64-bit integers as decimal text or numbers (exact either way),
 * enums as numbers (names are taken too), `null` is absent. Of repeated keys the last wins.
 *
 * Throws `MalformedError` with the offset in characters: not JSON (RFC 8259), a value that does not
 * fit its field (whole groups of base64 only, no number over the range of doubles), nesting over
 * `JSON_DEPTH_MAX`. What it returns still has to pass `scanRequest`.
 */
export function jsonToProtobuf(signal: Signal, text: string): Uint8Array {
  startRowBudget();
  const reader = new JsonReader(text);
  const writer = new ProtobufWriter(Math.max(256, text.length >>> 1));
  readMessage(reader, writer, requestOf(signal));
  reader.finish();
  return writer.finish();
}

function readMessage(reader: JsonReader, writer: ProtobufWriter, type: Message): void {
  reader.readObject((key) => {
    const field = type.byName.get(key);
    if (field === undefined) reader.skipValue();
    else if (reader.peek() === 'n') reader.readNull();
    else if (field.repeated) readRepeated(reader, writer, field);
    else if (field.message !== undefined) readNested(reader, writer, field, field.message);
    else copyScalar(reader, writer, field, writeScalar);
  });
}

function readNested(reader: JsonReader, writer: ProtobufWriter, field: Field, type: Message): void {
  writer.tag(field.number, WireType.bytes);
  const start = writer.begin();
  readMessage(reader, writer, type);
  writer.end(start);
}

function readRepeated(reader: JsonReader, writer: ProtobufWriter, field: Field): void {
  const type = field.message;
  if (type !== undefined) {
    reader.readArray(() => {
      if (reader.peek() === 'n') readNullElement(reader, writer, field);
      else readNested(reader, writer, field, type);
    });
  } else if (field.kind === 'string') {
    reader.readArray(() => copyScalar(reader, writer, field, writeScalar));
  } else {
    writer.tag(field.number, WireType.bytes);
    const start = writer.begin();
    reader.readArray(() => copyScalar(reader, writer, field, writePacked));
    writer.end(start);
  }
}

/** A value in an array may be nothing; of other messages a null is absent. */
function readNullElement(reader: JsonReader, writer: ProtobufWriter, field: Field): void {
  reader.readNull();
  if (field.message !== ANY_VALUE) return;
  writer.tag(field.number, WireType.bytes);
  writer.end(writer.begin());
}

function copyScalar(
  reader: JsonReader,
  writer: ProtobufWriter,
  field: Field,
  write: typeof writeScalar,
): void {
  reader.peek();
  // A value that does not fit is refused where it begins.
  const start = reader.position;
  write(writer, field, readScalar(reader, field), (reason) => malformed(start, reason));
}

function readScalar(reader: JsonReader, field: Field): Scalar {
  switch (reader.peek()) {
    case '"':
      return reader.readString();
    case 't':
    case 'f':
      return reader.readBoolean();
    case '{':
    case '[':
      return reader.fail(`${field.name} is no ${field.kind}`);
    default:
      if (field.kind === 'string' || field.kind === 'bytes')
        reader.fail(`${field.name} is no string`);
      if (field.kind === 'traceId' || field.kind === 'spanId')
        reader.fail(`${field.name} is no hex`);
      return reader.readNumber();
  }
}
