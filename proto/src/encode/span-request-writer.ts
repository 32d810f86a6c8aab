import { encodeMessage } from '../json/encode-request.ts';
import type { Resource, Span } from '../json/request-objects.ts';
import { WireType } from '../protobuf/skip.ts';
import { ProtobufWriter } from '../protobuf/writer.ts';
import { RESOURCE } from '../schema/common-messages.ts';
import { SPAN } from '../schema/trace-messages.ts';
import { beginMessage, writeBytes, writeText } from './any-value-writer.ts';
import type { Words } from './metric-request-writer.ts';

const FIRST_BYTES = 4 * 1024;
/** Writers that are kept from one request to the next. */
const LISTS_KEPT_MAX = 64;
const ATTRIBUTES = 9;
const VALUE = 2;
const STRING = 1;
const INT = 3;

/** Who a span is. */
export interface SpanIds {
  /** 16 bytes, and 8. */
  readonly traceId: Uint8Array;
  readonly spanId: Uint8Array;
  /** Undefined for a root. */
  readonly parentSpanId: Uint8Array | undefined;
  /** Undefined for none. */
  readonly traceState: string | undefined;
}

/** When it was, and what it has in common with others. */
export interface SpanFields {
  /** Unix time, nanoseconds. */
  readonly start: Words;
  readonly end: Words;
  /** What `encodeSpan` made of the rest. */
  readonly common: Uint8Array;
}

/** A `Span`, or part of one, as the bytes of its fields. */
export function encodeSpan(span: Partial<Span>): Uint8Array {
  return encodeMessage(SPAN, span);
}

/** An attribute's name as a field, to be kept and written with each value. */
export function encodeKey(key: string): Uint8Array {
  const writer = new ProtobufWriter(8 + key.length);
  writeText(writer, 1, key);
  return writer.finish();
}

/** The spans of one resource, one behind the other. */
export class SpanListWriter {
  readonly #writer = new ProtobufWriter(FIRST_BYTES);
  #span = 0;

  /** A whole span, as `encodeSpan` made it. */
  encoded(span: Uint8Array): void {
    this.#writer.tag(2, WireType.bytes);
    this.#writer.bytes(span);
  }

  /** Opens a span; attributes of its own may follow, then `end`. Nothing that is given is kept. */
  begin(ids: SpanIds, fields: SpanFields): void {
    const writer = this.#writer;
    this.#span = beginMessage(writer, 2);
    writeBytes(writer, 1, ids.traceId);
    writeBytes(writer, 2, ids.spanId);
    if (ids.traceState !== undefined) writeText(writer, 3, ids.traceState);
    if (ids.parentSpanId !== undefined) writeBytes(writer, 4, ids.parentSpanId);
    writer.tag(7, WireType.fixed64);
    writer.fixed64(fields.start.low, fields.start.high);
    writer.tag(8, WireType.fixed64);
    writer.fixed64(fields.end.low, fields.end.high);
    writer.raw(fields.common);
  }

  /** An attribute of the open span: `before`, and the bytes `[from, to)` behind it, as UTF-8. */
  text(key: Uint8Array, before: Uint8Array, bytes: Uint8Array, from: number, to: number): void {
    const writer = this.#writer;
    const attribute = beginMessage(writer, ATTRIBUTES);
    writer.raw(key);
    const value = beginMessage(writer, VALUE);
    const text = beginMessage(writer, STRING);
    writer.raw(before);
    writer.reserve(to - from);
    writer.copy(bytes, from, to);
    writer.end(text);
    writer.end(value);
    writer.end(attribute);
  }

  /** An attribute of the open span: an integer below 2^32. */
  integer(key: Uint8Array, integer: number): void {
    const writer = this.#writer;
    const attribute = beginMessage(writer, ATTRIBUTES);
    writer.raw(key);
    const value = beginMessage(writer, VALUE);
    writer.tag(INT, WireType.varint);
    writer.varint(integer, 0);
    writer.end(value);
    writer.end(attribute);
  }

  end(): void {
    this.#writer.end(this.#span);
  }

  /** What was written, valid until the next write; `reset` forgets it. */
  view(): Uint8Array {
    return this.#writer.view();
  }

  reset(): void {
    this.#writer.reset();
  }
}

/**
 * Writes spans one by one into an `ExportTraceServiceRequest`, for receivers that make many: those of
 * a resource stand together, whatever order they come in. Memory is kept from one request to the next.
 */
export class SpanRequestWriter<Owner extends object> {
  readonly #scope: Uint8Array;
  readonly #resourceOf: (owner: Owner) => Resource;
  readonly #lists = new Map<Owner, SpanListWriter>();
  readonly #kept: SpanListWriter[] = [];

  /** `resourceOf`: asked for each owner with spans, when the request is finished. */
  constructor(scopeName: string, resourceOf: (owner: Owner) => Resource) {
    const writer = new ProtobufWriter(64);
    const start = beginMessage(writer, 1);
    writeText(writer, 1, scopeName);
    writer.end(start);
    this.#scope = writer.finish();
    this.#resourceOf = resourceOf;
  }

  spansOf(owner: Owner): SpanListWriter {
    const known = this.#lists.get(owner);
    if (known !== undefined) return known;
    const list = this.#kept.pop() ?? new SpanListWriter();
    this.#lists.set(owner, list);
    return list;
  }

  /** The request; its bytes are the caller's. The writer is empty again. */
  finish(): Uint8Array {
    const writer = new ProtobufWriter(FIRST_BYTES);
    for (const [owner, list] of this.#lists) {
      const group = beginMessage(writer, 1);
      writeBytes(writer, 1, encodeMessage(RESOURCE, this.#resourceOf(owner)));
      const scope = beginMessage(writer, 2);
      writer.raw(this.#scope);
      writer.raw(list.view());
      writer.end(scope);
      writer.end(group);
      list.reset();
      if (this.#kept.length < LISTS_KEPT_MAX) this.#kept.push(list);
    }
    this.#lists.clear();
    return writer.finish();
  }
}
