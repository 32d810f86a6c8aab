import type { EncodedRequest } from './encoded-request.ts';
import { skipField, WireType } from './protobuf/skip.ts';
import { openSource } from './protobuf/source.ts';
import { readLength, readVarint, result } from './protobuf/varint.ts';
import type { Field, Message } from './schema/field.ts';
import { requestOf } from './schema/request-of.ts';

/** What one request may hold at most. */
export interface SplitLimit {
  readonly sizer: 'items' | 'bytes';
  readonly max: number;
}

/** The number and the length in front of a message take no more. */
const PREFIX_BYTES_MAX = 10;

/** A message that is cut: what stands in it beside its parts goes into every piece. */
interface Frame {
  readonly field: number;
  readonly beside: Uint8Array[];
}

/** What is not cut any further, with the messages around it, the outermost first. */
interface Leaf {
  readonly frames: readonly Frame[];
  /** With tag and length; empty where a message has no rows. */
  readonly bytes: Uint8Array;
  readonly items: number;
}

interface Range {
  readonly start: number;
  readonly end: number;
}

/**
 * Cuts a request into smaller ones, between spans, log records or data points; resources, scopes and
 * metrics are repeated around their rows. Order is kept. A row that is over the limit by itself
 * makes a request of its own.
 *
 * The request has passed `scanRequest`. The pieces own their bytes. Profiles are not cut: they refer
 * to a dictionary in their request.
 */
export function splitRequest(request: EncodedRequest, limit: SplitLimit): EncodedRequest[] {
  if (request.signal === 'profiles') return [request];
  const source = openSource(request.bytes);
  const leaves: Leaf[] = [];
  const range = { start: 0, end: source.length };
  collect({ bytes: source.bytes, leaves }, requestOf(request.signal), range, []);
  return chunksOf(leaves, limit).map((chunk) => {
    let itemCount = 0;
    for (const leaf of chunk) itemCount += leaf.items;
    return { ...request, itemCount, bytes: Buffer.concat(assemble(chunk, 0)) };
  });
}

interface Collection {
  readonly bytes: Uint8Array;
  readonly leaves: Leaf[];
}

/** The leaves of the message in `range`, whose own frame is the last of `frames`. */
function collect(into: Collection, type: Message, range: Range, frames: readonly Frame[]): void {
  const { bytes, leaves } = into;
  const own = frames.at(-1);
  let parts: { field: Field; range: Range }[] = [];
  let p = range.start;
  while (p < range.end) {
    const start = p;
    p = readVarint(bytes, p);
    const tag = result.low;
    const field = type.byNumber[tag >>> 3];
    p = skipField(bytes, p, range.end, tag, 0);
    if (field === undefined || !isPart(field)) own?.beside.push(bytes.slice(start, p));
    // Of a oneof the last member counts.
    else if (field.oneof !== undefined) parts = [{ field, range: { start, end: p } }];
    else parts.push({ field, range: { start, end: p } });
  }
  if (parts.length === 0 && own !== undefined) {
    leaves.push({ frames, bytes: new Uint8Array(0), items: 0 });
  }
  for (const part of parts) {
    const { start, end } = part.range;
    const { message, item, number } = part.field;
    if (item || message === undefined) {
      leaves.push({ frames, bytes: bytes.slice(start, end), items: 1 });
    } else {
      const content = { start: contentStart(bytes, start, end), end };
      collect(into, message, content, [...frames, { field: number, beside: [] }]);
    }
  }
}

function contentStart(bytes: Uint8Array, start: number, end: number): number {
  readLength(bytes, readVarint(bytes, start), end);
  return result.next;
}

function isPart(field: Field): boolean {
  return field.item || (field.message !== undefined && leadsToItems(field.message));
}

const LEADS = new Map<Message, boolean>();

/** Whether spans, log records or data points lie inside. */
function leadsToItems(type: Message): boolean {
  const known = LEADS.get(type);
  if (known !== undefined) return known;
  // Values name themselves in a ring: while it is looked at, a type leads nowhere.
  LEADS.set(type, false);
  const leads = [...type.byName.values()].some(isPart);
  LEADS.set(type, leads);
  return leads;
}

function chunksOf(leaves: readonly Leaf[], { sizer, max }: SplitLimit): Leaf[][] {
  const chunks: Leaf[][] = [];
  let chunk: Leaf[] = [];
  let size = 0;
  for (const leaf of leaves) {
    const more = sizer === 'items' ? leaf.items : leafBytes(leaf, chunk.at(-1));
    if (chunk.length > 0 && size + more > max) {
      chunks.push(chunk);
      chunk = [];
      size = 0;
    }
    size += chunk.length === 0 && sizer === 'bytes' ? leafBytes(leaf, undefined) : more;
    chunk.push(leaf);
  }
  if (chunk.length > 0) chunks.push(chunk);
  return chunks;
}

/** What a leaf adds behind `previous`: itself, and the messages that it opens. */
function leafBytes(leaf: Leaf, previous: Leaf | undefined): number {
  let size = leaf.bytes.length;
  for (const [depth, frame] of leaf.frames.entries()) {
    if (previous?.frames[depth] === frame) continue;
    size += PREFIX_BYTES_MAX;
    for (const beside of frame.beside) size += beside.length;
  }
  return size;
}

/** The fields that `leaves` make inside the messages of `depth`. */
function assemble(leaves: readonly Leaf[], depth: number): Uint8Array[] {
  const fields: Uint8Array[] = [];
  let at = 0;
  while (at < leaves.length) {
    const frame = leaves[at].frames[depth];
    if (frame === undefined) {
      fields.push(leaves[at].bytes);
      at += 1;
      continue;
    }
    let end = at + 1;
    while (end < leaves.length && leaves[end].frames[depth] === frame) end += 1;
    const content = [...frame.beside, ...assemble(leaves.slice(at, end), depth + 1)];
    let length = 0;
    for (const part of content) length += part.length;
    fields.push(prefix(frame.field, length), ...content);
    at = end;
  }
  return fields;
}

function prefix(field: number, length: number): Uint8Array {
  return Uint8Array.from([...varint((field << 3) | WireType.bytes), ...varint(length)]);
}

function varint(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  while (rest > 127) {
    bytes.push((rest & 127) | 128);
    rest >>>= 7;
  }
  return [...bytes, rest];
}
