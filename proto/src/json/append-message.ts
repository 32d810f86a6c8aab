import type { ByteRun } from '../columns/byte-run.ts';
import { malformed } from '../malformed.ts';
import { skipField, WireType } from '../protobuf/skip.ts';
import type { Source } from '../protobuf/source.ts';
import { readLength, readVarint, result } from '../protobuf/varint.ts';
import {
  isWireTypeOf,
  MESSAGE_DEPTH_MAX,
  numberWireType,
  readMessage,
} from '../read/read-message.ts';
import { FIELD_NUMBER_END, type Field, type Message } from '../schema/field.ts';
import { appendDelimited, appendNumber, putBytes } from './append-scalar.ts';
import { plainMessage } from './plain-message.ts';

const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const COMMA = 0x2c;

const encoder = new TextEncoder();

/** `"name":` of each field, by its number. */
const KEYS = new WeakMap<Message, readonly Uint8Array[]>();

export interface Range {
  readonly start: number;
  readonly end: number;
  readonly depth: number;
  /** Single messages are written where nothing is set in them, too (`Message.embedded`). */
  readonly embedded: boolean;
}

/**
 * Appends a message as JSON, field by field as they come. Where they come in an order that one pass
 * cannot write (a field twice, a list in pieces, two members of a oneof), the message is read whole
 * and written again.
 */
export function appendMessage(source: Source, type: Message, range: Range, out: ByteRun): void {
  if (range.depth > MESSAGE_DEPTH_MAX) malformed(range.start, 'nested too deeply');
  const before = out.length;
  if (new MessageText(source, type, range, out).append()) return;
  out.length = before;
  const content = source.bytes.slice(range.start, range.end);
  const plain = plainMessage(readMessage(type, content), range.embedded);
  putBytes(out, encoder.encode(JSON.stringify(plain)));
}

class MessageText {
  readonly #source: Source;
  readonly #type: Message;
  readonly #range: Range;
  readonly #out: ByteRun;
  /** A bit a field number. */
  #seen = 0;
  #oneof = false;
  /** The list that elements go on in; 0 for none. */
  #openList = 0;
  #isFirst = true;

  constructor(source: Source, type: Message, range: Range, out: ByteRun) {
    this.#source = source;
    this.#type = type;
    this.#range = range;
    this.#out = out;
  }

  /** False where one pass cannot do it. */
  append(): boolean {
    const { bytes } = this.#source;
    const { start, end } = this.#range;
    this.#put(OPEN_BRACE);
    let p = start;
    while (p < end) {
      p = readVarint(bytes, p);
      const tag = result.low;
      const number = tag >>> 3;
      const field = number < FIELD_NUMBER_END ? this.#type.byNumber[number] : undefined;
      if (field === undefined || !isWireTypeOf(field, tag & 7)) {
        p = skipField(bytes, p, end, tag, this.#type.known);
      } else {
        if (!this.#begins(field)) return false;
        p = this.#field(field, tag & 7, p);
      }
    }
    if (p !== end) malformed(p, 'field past the end of the message');
    this.#closeList();
    if (this.#range.embedded) this.#embedded();
    this.#put(CLOSE_BRACE);
    return true;
  }

  #embedded(): void {
    for (const field of this.#type.embedded) {
      if ((this.#seen & (1 << field.number)) !== 0) continue;
      this.#key(field);
      this.#put(OPEN_BRACE);
      this.#put(CLOSE_BRACE);
    }
  }

  #begins(field: Field): boolean {
    if (field.number === this.#openList) return true;
    const bit = 1 << field.number;
    if ((this.#seen & bit) !== 0) return false;
    this.#seen |= bit;
    if (field.oneof !== undefined) {
      if (this.#oneof) return false;
      this.#oneof = true;
    }
    this.#closeList();
    return true;
  }

  #field(field: Field, wireType: number, start: number): number {
    const { bytes } = this.#source;
    if (wireType !== WireType.bytes) {
      if (field.repeated) this.#element(field);
      return this.#number(field, start);
    }
    const length = readLength(bytes, start, this.#range.end);
    const at = result.next;
    const end = at + length;
    if (field.repeated && numberWireType(field) !== WireType.bytes) {
      return this.#packed(field, at, end);
    }
    if (field.repeated) this.#element(field);
    else if (length === 0 && field.kind !== 'message' && !field.presence) return end;
    else this.#key(field);
    const { message } = field;
    if (message === undefined) appendDelimited(this.#source, field, at, end, this.#out);
    else {
      const { depth, embedded } = this.#range;
      const inner = { start: at, end, depth: depth + 1, embedded };
      appendMessage(this.#source, message, inner, this.#out);
    }
    return end;
  }

  #number(field: Field, start: number): number {
    const before = this.#out.length;
    const wasFirst = this.#isFirst;
    if (!field.repeated) this.#key(field);
    const next = appendNumber(this.#source, field, start, this.#out);
    if (next >= 0) return next;
    // A default, which is not written.
    if (field.repeated) return -next;
    this.#out.length = before;
    this.#isFirst = wasFirst;
    return -next;
  }

  #packed(field: Field, start: number, end: number): number {
    let p = start;
    while (p < end) {
      this.#element(field);
      p = this.#number(field, p);
    }
    if (p !== end) malformed(p, 'packed numbers past their end');
    return end;
  }

  /** Begins the list, or the next element of it. */
  #element(field: Field): void {
    if (this.#openList === field.number) {
      this.#put(COMMA);
      return;
    }
    this.#key(field);
    this.#put(OPEN_BRACKET);
    this.#openList = field.number;
  }

  #closeList(): void {
    if (this.#openList === 0) return;
    this.#put(CLOSE_BRACKET);
    this.#openList = 0;
  }

  #key(field: Field): void {
    if (!this.#isFirst) this.#put(COMMA);
    this.#isFirst = false;
    putBytes(this.#out, keysOf(this.#type)[field.number]);
  }

  #put(byte: number): void {
    this.#out.reserve(1);
    this.#out.bytes[this.#out.length++] = byte;
  }
}

function keysOf(type: Message): readonly Uint8Array[] {
  const known = KEYS.get(type);
  if (known !== undefined) return known;
  const keys = type.byNumber.map((field) => encoder.encode(`"${field?.name ?? ''}":`));
  KEYS.set(type, keys);
  return keys;
}
