import { varint32Bytes } from '../protobuf/copy.ts';
import { WireType } from '../protobuf/skip.ts';
import { ProtobufWriter } from '../protobuf/writer.ts';
import {
  beginMessage,
  type WrittenValue,
  writeBytes,
  writeKeyValues,
  writeText,
  writeValue,
} from './any-value-writer.ts';

/** A value of a log record. */
export type LogValue = WrittenValue;

/** A log record as its producer has it. */
export interface LogRecordFields {
  /** Undefined where the record names no time. */
  readonly timeUnixNano: bigint | undefined;
  readonly observedUnixNano: bigint;
  readonly severityNumber: number;
  readonly severityText: string;
  /** Null for none. */
  readonly body: LogValue;
  readonly attributes: ReadonlyMap<string, LogValue>;
  /** 16 bytes. */
  readonly traceId: Uint8Array | undefined;
  /** 8 bytes. */
  readonly spanId: Uint8Array | undefined;
  readonly flags: number;
}

/** What all lines of a run have in common. */
export interface LineFields {
  readonly observedUnixNano: bigint;
  readonly attributes: ReadonlyMap<string, LogValue>;
}

interface Group {
  /** `Resource` and scope messages, each with tag and length. */
  readonly resource: Uint8Array;
  readonly scope: Uint8Array;
  readonly start: number;
}

const FIRST_BYTES: number = 64 * 1024;
/** Readable behind the request, so that a decoder needs no copy. */
const PADDING_BYTES = 16;
const GROUP_TAG = 0x0a;
const RECORD_TAG = 0x12;
const BODY_TAG = 0x2a;
const TEXT_TAG = 0x0a;
/** Tags and lengths in front of a line's text. */
const LINE_FRAME_BYTES_MAX = 24;

/**
 * Writes log records one by one into an `ExportLogsServiceRequest`: for receivers that make records
 * out of something else. The cheap way is `line`: its bytes become the body by one copy.
 *
 * Memory is kept from one request to the next. Not for several requests at a time.
 */
export class LogRequestWriter {
  readonly #records: ProtobufWriter;
  readonly #groups: Group[] = [];
  /** What follows the body of a line: attributes and observed time. */
  #suffix: Uint8Array = new Uint8Array(0);
  #itemCount = 0;

  constructor(capacityBytes: number = FIRST_BYTES) {
    this.#records = new ProtobufWriter(capacityBytes);
  }

  /** Records so far. */
  get itemCount(): number {
    return this.#itemCount;
  }

  /** Bytes of records so far. */
  get byteCount(): number {
    return this.#records.length;
  }

  /** Starts a group: the records that follow belong to this resource and scope. */
  open(resource: ReadonlyMap<string, LogValue>, scopeName = ''): void {
    this.openEncoded(encodeResource(resource), scopeName);
  }

  /** As `open`, with what `encodeResource` made. */
  openEncoded(resource: Uint8Array, scopeName: string): void {
    const scope = new ProtobufWriter(32 + scopeName.length);
    if (scopeName !== '') {
      const start = beginMessage(scope, 1);
      writeText(scope, 1, scopeName);
      scope.end(start);
    }
    this.#dropEmpty();
    this.#groups.push({ resource, scope: scope.finish(), start: this.#records.length });
  }

  /** What the lines from here on have in common. */
  lineFields(fields: LineFields): void {
    const writer = new ProtobufWriter(128);
    writeKeyValues(writer, 6, fields.attributes);
    writeFixed64(writer, 11, fields.observedUnixNano);
    this.#suffix = writer.finish();
  }

  /** A record whose body is the text `[start, end)` of `bytes`, which is UTF-8. */
  line(bytes: Uint8Array, start: number, end: number): void {
    const length = end - start;
    const value = 1 + varint32Bytes(length) + length;
    const suffix = this.#suffix;
    const writer = this.#records;
    writer.reserve(LINE_FRAME_BYTES_MAX + length + suffix.length);
    writer.byte(RECORD_TAG);
    writer.length32(1 + varint32Bytes(value) + value + suffix.length);
    writer.byte(BODY_TAG);
    writer.length32(value);
    writer.byte(TEXT_TAG);
    writer.length32(length);
    writer.copy(bytes, start, end);
    writer.copy(suffix, 0, suffix.length);
    this.#itemCount++;
  }

  record(record: LogRecordFields): void {
    const writer = this.#records;
    const start = beginMessage(writer, 2);
    if (record.timeUnixNano !== undefined) writeFixed64(writer, 1, record.timeUnixNano);
    if (record.severityNumber !== 0) {
      writer.tag(2, WireType.varint);
      writer.varint(record.severityNumber, 0);
    }
    if (record.severityText !== '') writeText(writer, 3, record.severityText);
    if (record.body !== null) writeValue(writer, 5, record.body);
    writeKeyValues(writer, 6, record.attributes);
    if (record.flags !== 0) {
      writer.tag(8, WireType.fixed32);
      writer.fixed32(record.flags);
    }
    if (record.traceId !== undefined) writeBytes(writer, 9, record.traceId);
    if (record.spanId !== undefined) writeBytes(writer, 10, record.spanId);
    writeFixed64(writer, 11, record.observedUnixNano);
    writer.end(start);
    this.#itemCount++;
  }

  /** The request; its bytes are the caller's. The writer is empty again. */
  finish(): Uint8Array {
    this.#dropEmpty();
    const records = this.#records.view();
    let size = 0;
    for (const [index, group] of this.#groups.entries()) size += groupSize(group, this.#end(index));
    const bytes = new Uint8Array(size + PADDING_BYTES).subarray(0, size);
    let at = 0;
    for (const [index, group] of this.#groups.entries()) {
      at = writeGroup(bytes, at, group, records.subarray(group.start, this.#end(index)));
    }
    this.reset();
    return bytes;
  }

  /** Forgets the records so far. */
  reset(): void {
    this.#groups.length = 0;
    this.#itemCount = 0;
    this.#records.reset();
  }

  /** A group that got no record is none. */
  #dropEmpty(): void {
    if (this.#groups.at(-1)?.start === this.#records.length) this.#groups.pop();
  }

  #end(index: number): number {
    return this.#groups[index + 1]?.start ?? this.#records.length;
  }
}

/** A `Resource` message with its tag and length; empty for no attributes. */
export function encodeResource(attributes: ReadonlyMap<string, LogValue>): Uint8Array {
  const writer = new ProtobufWriter(256);
  if (attributes.size > 0) {
    const start = beginMessage(writer, 1);
    writeKeyValues(writer, 1, attributes);
    writer.end(start);
  }
  return writer.finish();
}

function groupSize(group: Group, end: number): number {
  const length = resourceGroupLength(group, end - group.start);
  return 1 + varint32Bytes(length) + length;
}

function resourceGroupLength(group: Group, records: number): number {
  const scopeLogs = group.scope.length + records;
  return group.resource.length + 1 + varint32Bytes(scopeLogs) + scopeLogs;
}

function writeGroup(to: Uint8Array, start: number, group: Group, records: Uint8Array): number {
  let at = start;
  to[at++] = GROUP_TAG;
  at = putVarint(to, at, resourceGroupLength(group, records.length));
  to.set(group.resource, at);
  at += group.resource.length;
  to[at++] = RECORD_TAG;
  at = putVarint(to, at, group.scope.length + records.length);
  to.set(group.scope, at);
  at += group.scope.length;
  to.set(records, at);
  return at + records.length;
}

function putVarint(to: Uint8Array, start: number, value: number): number {
  let at = start;
  let rest = value;
  for (; rest > 127; rest >>>= 7) to[at++] = (rest & 127) | 128;
  to[at++] = rest;
  return at;
}

function writeFixed64(writer: ProtobufWriter, field: number, value: bigint): void {
  writer.tag(field, WireType.fixed64);
  writer.fixed64(Number(BigInt.asIntN(32, value)), Number(BigInt.asIntN(32, value >> 32n)));
}
