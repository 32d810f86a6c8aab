import { AnyValueType } from '../columns/any-value-type.ts';
import { encodeMessage } from '../json/encode-request.ts';
import type { KeyValue } from '../json/request-objects.ts';
import { WireType } from '../protobuf/skip.ts';
import type { ProtobufWriter } from '../protobuf/writer.ts';
import { KEY_VALUE } from '../schema/common-messages.ts';
import { beginMessage, writeText } from './any-value-writer.ts';

/** `KeyValue` messages in field `field`: texts and small integers at once, the rest by its table. */
export function writeAttributes(
  writer: ProtobufWriter,
  field: number,
  attributes: readonly KeyValue[],
): void {
  for (const attribute of attributes) {
    writer.tag(field, WireType.bytes);
    if (!writePlain(writer, attribute)) writer.bytes(encodeMessage(KEY_VALUE, attribute));
  }
}

/** False, and nothing written, of another value. */
function writePlain(writer: ProtobufWriter, { key, value }: KeyValue): boolean {
  const { stringValue: text, intValue: integer } = value ?? {};
  const isSmall = typeof integer === 'number' && integer >= 0 && integer < 2 ** 31;
  if (typeof text !== 'string' && !isSmall) return false;
  const start = writer.begin();
  writeText(writer, 1, key);
  const inner = beginMessage(writer, 2);
  if (typeof text === 'string') {
    writeText(writer, AnyValueType.string, text);
  } else if (isSmall) {
    writer.tag(AnyValueType.int, WireType.varint);
    writer.varint(integer, 0);
  }
  writer.end(inner);
  writer.end(start);
  return true;
}
