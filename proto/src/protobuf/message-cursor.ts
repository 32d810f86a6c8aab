import { malformed } from '../malformed.ts';
import { skipField, WireType } from './skip.ts';
import { openSource, type Source } from './source.ts';
import { readLength, readVarint, result } from './varint.ts';

const utf8 = new TextDecoder();

/** No field of a message that no table describes is known beforehand. */
const NONE_KNOWN = 0;

/**
 * Walks the fields of a protobuf message that is not OTLP (Jaeger's, Zipkin's), one after the other,
 * without building anything.
 *
 * `next` goes to the next field; the reader of its kind may then be called once, and a field that
 * nobody reads is skipped. Throws `MalformedError` for what runs past the end, and for a field whose
 * wire type is not the reader's. Valid until other bytes are opened; texts and bytes are copies.
 */
export class MessageCursor {
  readonly #source: Source;
  readonly #end: number;
  #p: number;
  #tag = 0;
  #isUnread = false;

  private constructor(source: Source, start: number, end: number) {
    this.#source = source;
    this.#p = start;
    this.#end = end;
  }

  static open(bytes: Uint8Array): MessageCursor {
    const source = openSource(bytes);
    return new MessageCursor(source, 0, source.length);
  }

  /** The number of the field that `next` found. */
  get field(): number {
    return this.#tag >>> 3;
  }

  /** Goes to the next field; false at the end of the message. */
  next(): boolean {
    if (this.#isUnread) this.#skip();
    if (this.#p >= this.#end) return false;
    this.#p = readVarint(this.#source.bytes, this.#p);
    this.#tag = result.low;
    this.#isUnread = true;
    if (this.#p > this.#end) malformed(this.#end, 'field past the end of the message');
    if (this.field === 0) malformed(this.#p, 'field number 0');
    return true;
  }

  text(): string {
    const [start, end] = this.#delimited();
    return utf8.decode(this.#source.bytes.subarray(start, end));
  }

  bytes(): Uint8Array {
    const [start, end] = this.#delimited();
    return this.#source.bytes.slice(start, end);
  }

  message(): MessageCursor {
    const [start, end] = this.#delimited();
    return new MessageCursor(this.#source, start, end);
  }

  bool(): boolean {
    this.#varint();
    return result.low !== 0 || result.high !== 0;
  }

  /** `int32`, `enum`: the low 32 bits, signed. */
  int32(): number {
    this.#varint();
    return result.low;
  }

  /** `uint32`: the low 32 bits. */
  uint32(): number {
    this.#varint();
    return result.low >>> 0;
  }

  int64(): bigint {
    this.#varint();
    return (BigInt(result.high) << 32n) | BigInt(result.low >>> 0);
  }

  fixed64(): bigint {
    return this.#source.view.getBigUint64(this.#fixed(WireType.fixed64, 8), true);
  }

  double(): number {
    return this.#source.view.getFloat64(this.#fixed(WireType.fixed64, 8), true);
  }

  #skip(): void {
    this.#p = skipField(this.#source.bytes, this.#p, this.#end, this.#tag, NONE_KNOWN);
    this.#isUnread = false;
  }

  #expect(wireType: number): void {
    if (!this.#isUnread) malformed(this.#p, `field ${this.field} is read twice`);
    if ((this.#tag & 7) !== wireType) {
      malformed(this.#p, `field ${this.field} with wire type ${this.#tag & 7}`);
    }
    this.#isUnread = false;
  }

  #varint(): void {
    this.#expect(WireType.varint);
    this.#p = readVarint(this.#source.bytes, this.#p);
    if (this.#p > this.#end) malformed(this.#end, 'field past the end of the message');
  }

  #fixed(wireType: number, size: number): number {
    this.#expect(wireType);
    const start = this.#p;
    this.#p += size;
    if (this.#p > this.#end) malformed(this.#end, 'field past the end of the message');
    return start;
  }

  #delimited(): readonly [number, number] {
    this.#expect(WireType.bytes);
    const length = readLength(this.#source.bytes, this.#p, this.#end);
    const start = result.next;
    this.#p = start + length;
    return [start, this.#p];
  }
}
