import { malformed } from '../malformed.ts';
import { skipField, WireType } from '../protobuf/skip.ts';
import { PADDING_BYTES, Source } from '../protobuf/source.ts';
import { longTag, readLength, readVarint, result } from '../protobuf/varint.ts';
import { ProtobufWriter } from '../protobuf/writer.ts';
import { ANY_VALUE, KEY_VALUE } from '../schema/common-messages.ts';
import type { Message } from '../schema/field.ts';
import { PROFILES_DICTIONARY, PROFILES_REQUEST } from '../schema/profile-messages.ts';

/** What a request of profiles may come to when its references stand for their strings. */
export const RESOLVED_BYTES_MAX: number = 32 * 1024 * 1024;

const KEY = 1;
const KEY_STRINDEX = 3;
const STRING_VALUE = 1;
const STRING_VALUE_STRINDEX = 8;
const DICTIONARY_FIELD = 2;
const STRING_TABLE_FIELD = 5;

/**
 * The request with `key` for `key_strindex` and `string_value` for `string_value_strindex`: what
 * they mean. An index that the string table does not have means the empty string, as index 0; a
 * `key_strindex` over 0 goes before a `key`.
 *
 * The request was checked. Throws `MalformedError` where the result is over `RESOLVED_BYTES_MAX`: a
 * few bytes can refer to a long string many times.
 */
export function resolveReferences(source: Source): Source {
  const resolver = new Resolver(source.bytes);
  resolver.findStrings(0, source.length, PROFILES_REQUEST);
  resolver.write(0, source.length, PROFILES_REQUEST);
  const plain = resolver.writer.finish();
  const padded = new Uint8Array(plain.length + PADDING_BYTES);
  padded.set(plain);
  return new Source(padded, plain.length);
}

class Resolver {
  readonly writer: ProtobufWriter;
  readonly #bytes: Uint8Array;
  readonly #strings: Uint8Array[] = [];

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.writer = new ProtobufWriter(bytes.length);
  }

  /** Calls `onField` with number, wire type, start of the tag, of the content, and end. */
  #fields(
    start: number,
    end: number,
    onField: (field: number, wireType: number, tagAt: number, from: number, to: number) => void,
  ): void {
    const bytes = this.#bytes;
    for (let p = start; p < end; ) {
      const tagAt = p;
      let tag = bytes[p++];
      if (tag > 127) {
        tag = longTag(bytes, p, tag);
        p = result.next;
      }
      const from = (tag & 7) === WireType.bytes ? contentStart(bytes, p, end) : p;
      p = skipField(bytes, p, end, tag, 0);
      onField(tag >>> 3, tag & 7, tagAt, from, p);
    }
  }

  findStrings(start: number, end: number, type: Message): void {
    this.#fields(start, end, (field, wireType, _, from, to) => {
      if (wireType !== WireType.bytes) return;
      if (type === PROFILES_REQUEST && field === DICTIONARY_FIELD) {
        this.findStrings(from, to, PROFILES_DICTIONARY);
      } else if (type === PROFILES_DICTIONARY && field === STRING_TABLE_FIELD) {
        this.#strings.push(this.#bytes.subarray(from, to));
      }
    });
  }

  write(start: number, end: number, type: Message): void {
    let key = 0;
    this.#fields(start, end, (field, wireType, tagAt, from, to) => {
      if (type === KEY_VALUE && field === KEY_STRINDEX) {
        key = this.#indexAt(from);
      } else if (type === ANY_VALUE && field === STRING_VALUE_STRINDEX) {
        this.#writeString(STRING_VALUE, this.#indexAt(from), tagAt);
      } else if (wireType === WireType.bytes && type.byNumber[field]?.message !== undefined) {
        this.#writeMessage(field, from, to, type);
      } else {
        this.writer.raw(this.#bytes.subarray(tagAt, to));
      }
    });
    if (key > 0) this.#writeString(KEY, key, start);
    if (this.writer.length > RESOLVED_BYTES_MAX) this.#refuse(start);
  }

  #writeMessage(field: number, from: number, to: number, type: Message): void {
    const nested = type.byNumber[field]?.message;
    if (nested === undefined) return;
    this.writer.tag(field, WireType.bytes);
    const begun = this.writer.begin();
    this.write(from, to, nested);
    this.writer.end(begun);
  }

  #indexAt(p: number): number {
    readVarint(this.#bytes, p);
    return result.low;
  }

  #writeString(field: number, index: number, at: number): void {
    const text = this.#strings[index] ?? new Uint8Array(0);
    if (this.writer.length + text.length > RESOLVED_BYTES_MAX) this.#refuse(at);
    this.writer.tag(field, WireType.bytes);
    this.writer.bytes(text);
  }

  #refuse(at: number): never {
    return malformed(at, `references that come to more than ${RESOLVED_BYTES_MAX} bytes`);
  }
}

function contentStart(bytes: Uint8Array, p: number, end: number): number {
  readLength(bytes, p, end);
  return result.next;
}
