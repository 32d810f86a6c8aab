import { WireType } from '../protobuf/skip.ts';
import { ProtobufWriter } from '../protobuf/writer.ts';
import { ANY_VALUE } from '../schema/common-messages.ts';
import type { Field, Message } from '../schema/field.ts';
import { requestOf } from '../schema/request-of.ts';
import type { ProfilesRequest } from './profile-objects.ts';
import type { LogsRequest, MetricsRequest, TracesRequest } from './request-objects.ts';
import { type Scalar, writePacked, writeScalar } from './scalar.ts';

/** The request object of each signal that can be produced. */
export interface RequestObjects {
  readonly traces: TracesRequest;
  readonly logs: LogsRequest;
  readonly metrics: MetricsRequest;
  readonly profiles: ProfilesRequest;
}

/**
 * Encodes telemetry of Sonde's own as a protobuf request. The object has the shape of OTLP/JSON;
 * integers may be numbers (safe ones), bigints or decimal text, ids hex or bytes.
 *
 * Throws `TypeError` for a value that does not fit its field, a bug of the caller.
 */
export function encodeRequest<S extends keyof RequestObjects>(
  signal: S,
  request: RequestObjects[S],
): Uint8Array {
  return encodeMessage(requestOf(signal), request);
}

/** As `encodeRequest`, for any message that has a table. */
export function encodeMessage(type: Message, message: object): Uint8Array {
  const writer = new ProtobufWriter();
  writeMessage(writer, type, message);
  return writer.finish();
}

function refuse(reason: string): never {
  throw new TypeError(reason);
}

function writeMessage(writer: ProtobufWriter, type: Message, message: object): void {
  for (const field of type.byName.values()) {
    const value: unknown = Reflect.get(message, field.name);
    if (value === undefined || value === null) continue;
    if (field.repeated) writeRepeated(writer, field, value);
    else if (field.message !== undefined) writeNested(writer, field, field.message, value);
    else writeScalar(writer, field, toScalar(field, value), refuse);
  }
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

function writeNested(writer: ProtobufWriter, field: Field, type: Message, value: unknown): void {
  const message = isObject(value) ? value : refuse(`${field.name} is no object`);
  writer.tag(field.number, WireType.bytes);
  const start = writer.begin();
  writeMessage(writer, type, message);
  writer.end(start);
}

function writeRepeated(writer: ProtobufWriter, field: Field, value: unknown): void {
  const elements: readonly unknown[] = Array.isArray(value)
    ? value
    : refuse(`${field.name} is no array`);
  if (field.message !== undefined) {
    for (const element of elements) {
      const empty = element === null && field.message === ANY_VALUE;
      writeNested(writer, field, field.message, empty ? {} : element);
    }
  } else if (field.kind === 'string') {
    for (const element of elements) writeScalar(writer, field, toScalar(field, element), refuse);
  } else if (elements.length > 0) {
    writer.tag(field.number, WireType.bytes);
    const start = writer.begin();
    for (const element of elements) writePacked(writer, field, toScalar(field, element), refuse);
    writer.end(start);
  }
}

function toScalar(field: Field, value: unknown): Scalar {
  switch (typeof value) {
    case 'string':
    case 'number':
    case 'bigint':
    case 'boolean':
      return value;
    default:
      return value instanceof Uint8Array ? value : refuse(`${field.name} is no ${field.kind}`);
  }
}
