import { ByteRun } from '../columns/byte-run.ts';
import type { EncodedRequest } from '../encoded-request.ts';
import { appendBytes, appendVarint32, varint32Bytes } from '../protobuf/copy.ts';
import { skipField, WireType } from '../protobuf/skip.ts';
import { PADDING_BYTES, SourceMemory } from '../protobuf/source.ts';
import { longTag, readLength, result } from '../protobuf/varint.ts';
import type { Signal } from '../signal.ts';
import { skipped, skippedField } from './skipped-field.ts';
import { WireMessage } from './wire-message.ts';
import {
  GROUPS,
  POINTS,
  RESOURCE,
  RESOURCE_ATTRIBUTES,
  SCOPE,
  SCOPE_ATTRIBUTES,
  SCOPES,
  type WireRows,
  wireRowsOf,
} from './wire-rows.ts';
import { unsupported } from './wire-unsupported.ts';
import type { WireBytes } from './wire-value.ts';

/** Where the visitor stands. The messages are read when somebody first asks them. */
export interface WireRow {
  /** The span, log record or data point: what visitors of rows write to. */
  readonly row: WireMessage;
  /** What visitors of resources write to. */
  readonly resource: WireMessage;
  /** Read only, as is metric. */
  readonly scope: WireMessage;
  /** Of a data point. */
  readonly metric: WireMessage;
  /** Another one for every resource that is met. */
  readonly resources: number;
  /** Of the request. */
  readonly receivedUnixMs: number;
}

/** Reads and writes the row that is open; false drops it. */
export type WireVisit = (row: WireRow) => boolean;

/** What is done to a request: to the resource of each group first, then to its rows. */
export interface WireVisits {
  readonly resources?: ((row: WireRow) => void) | undefined;
  readonly rows?: WireVisit | undefined;
}

/** The output of a request that nobody has written to yet. */
const NOTHING_WRITTEN = new ByteRun(0);

/** A message around rows that is open. */
interface Level {
  tag: number;
  /** Where its content starts and ends in the source. */
  start: number;
  end: number;
  /** Where it begins in the output, with its tag; -1 while nothing of it is written there. */
  out: number;
  /** Rows, or messages with rows in them. */
  kept: number;
  dropped: number;
}

/** Group, scope, metric, kind. */
const LEVELS = 4;

/**
 * Rewrites the rows of requests where they lie: what nobody writes to is copied as bytes, and a request
 * that nobody writes to is the one that came. Groups and metrics that lose their last row go with it.
 *
 * The requests have passed `scanRequest`. Throws `WireUnsupportedError` for bytes that are right but
 * not as encoders write them (a key behind its value, a resource in two pieces): those take columns.
 */
export class WireRewriter {
  readonly #rows: WireRows;
  readonly #row = new WireMessage();
  readonly #resource = new WireMessage();
  readonly #scope = new WireMessage();
  readonly #metric = new WireMessage();
  readonly #parts = [this.#row, this.#resource, this.#scope, this.#metric];
  readonly #place: { -readonly [K in keyof WireRow]: WireRow[K] };
  readonly #levels: readonly Level[] = Array.from({ length: LEVELS }, () => newLevel());
  #depth = 0;
  /** Its own: visitors read and write other messages meanwhile. */
  readonly #memory = new SourceMemory();
  #source: WireBytes = this.#row.side;
  #out = NOTHING_WRITTEN;
  /** From here on the source is not yet in the output. */
  #pending = 0;
  #sourceBytes = 0;
  #droppedItems = 0;
  #visits: WireVisits = {};

  /** Throws `WireUnsupportedError` for profiles. */
  constructor(signal: Signal) {
    this.#rows = wireRowsOf(signal) ?? unsupported('profiles refer to a dictionary');
    const { row, resource, scope, metric } = {
      row: this.#row,
      resource: this.#resource,
      scope: this.#scope,
      metric: this.#metric,
    };
    this.#place = { row, resource, scope, metric, resources: 0, receivedUnixMs: 0 };
  }

  /** The requests with what was written; those that lost their last item are gone. */
  rewrite(requests: readonly EncodedRequest[], visits: WireVisits): readonly EncodedRequest[] {
    this.#visits = visits;
    for (const part of this.#parts) part.startBatch();
    try {
      return this.#all(requests);
    } finally {
      this.#rest();
    }
  }

  #all(requests: readonly EncodedRequest[]): readonly EncodedRequest[] {
    const rewritten: EncodedRequest[] = [];
    let isSame = true;
    for (const request of requests) {
      const changed = this.#request(request);
      if (changed !== request) isSame = false;
      if (changed.itemCount > 0 || request.itemCount === 0) rewritten.push(changed);
    }
    return isSame ? requests : rewritten;
  }

  /** Nothing of the requests is held on to: they may be large, and the next ones far away. */
  #rest(): void {
    this.#visits = {};
    this.#out = NOTHING_WRITTEN;
    for (const part of this.#parts) part.rest();
    this.#source = this.#row.side;
  }

  #request(request: EncodedRequest): EncodedRequest {
    const source = this.#memory.open(request.bytes);
    this.#source = source;
    this.#sourceBytes = source.length;
    this.#out = NOTHING_WRITTEN;
    this.#place.receivedUnixMs = request.receivedUnixMs;
    this.#row.startRequest();
    this.#resource.startRequest();
    this.#depth = 0;
    this.#pending = 0;
    this.#droppedItems = 0;
    const { length } = source;
    this.#messages(0, length, GROUPS, this.#group);
    if (this.#out === NOTHING_WRITTEN) return request;
    this.#flush(length);
    const out = this.#out;
    const bytes = out.used();
    this.#out = NOTHING_WRITTEN;
    return { ...request, bytes, itemCount: request.itemCount - this.#droppedItems };
  }

  /** Calls `each` with the messages in field `number` of `[start, end)`. */
  #messages(start: number, end: number, number: number, each: Each): void {
    const { bytes } = this.#source;
    const wanted = (number << 3) | WireType.bytes;
    for (let p = start; p < end; ) {
      const at = p;
      let tag = bytes[p++];
      if (tag > 127) {
        tag = longTag(bytes, p, tag);
        p = result.next;
      }
      if (tag !== wanted) {
        p = skipField(bytes, p, end, tag, 0);
        continue;
      }
      // What is written anew begins with the tag's one byte.
      if (bytes[at] > 127) unsupported('a tag that is longer than it must be');
      const length = readLength(bytes, p, end);
      const content = result.next;
      p = content + length;
      each.call(this, at, content, p);
    }
  }

  #group(at: number, start: number, end: number): void {
    this.#place.resources++;
    this.#open(at, start, end);
    const found = this.#findOne(start, end, RESOURCE_NUMBERS);
    this.#openPart(this.#resource, found, RESOURCE_ATTRIBUTES);
    const { resources, rows } = this.#visits;
    if (resources !== undefined) {
      const [from, to] = found === undefined ? [start, start] : [found.at, found.end];
      resources(this.#place);
      if (this.#resource.touched) this.#writeResource(start, from, to);
    }
    if (rows !== undefined) this.#messages(start, end, SCOPES, this.#scopeRows);
    else this.#levels[this.#depth - 1].kept++;
    this.#close();
  }

  #scopeRows(at: number, start: number, end: number): void {
    this.#open(at, start, end);
    this.#openPart(this.#scope, this.#findOne(start, end, SCOPE_NUMBERS), SCOPE_ATTRIBUTES);
    const { inScope, kinds } = this.#rows;
    this.#messages(start, end, inScope, kinds === undefined ? this.#oneRow : this.#oneMetric);
    this.#close();
  }

  #oneMetric(at: number, start: number, end: number): void {
    this.#open(at, start, end);
    this.#metric.open(this.#source, start, end, 0);
    const { kinds } = this.#rows;
    const kind = kinds === undefined ? undefined : this.#findOne(start, end, kinds);
    if (kind !== undefined) {
      if (this.#source.bytes[kind.at] > 127) unsupported('a tag that is longer than it must be');
      this.#pointAttributes = kinds?.[kind.number] ?? 0;
      this.#open(kind.at, kind.start, kind.end);
      this.#messages(kind.start, kind.end, POINTS, this.#onePoint);
      this.#close();
    }
    this.#close();
  }

  #pointAttributes = 0;
  /** What `#findOne` found: where the field begins with its tag, and where the message in it lies. */
  readonly #found = { number: 0, at: 0, start: 0, end: 0 };

  #onePoint(at: number, start: number, end: number): void {
    this.#visited(at, start, end, this.#pointAttributes);
  }

  #oneRow(at: number, start: number, end: number): void {
    this.#visited(at, start, end, this.#rows.attributes);
  }

  #visited(at: number, start: number, end: number, attributes: number): void {
    const row = this.#row;
    row.open(this.#source, start, end, attributes);
    const level = this.#levels[this.#depth - 1];
    if (this.#visits.rows?.(this.#place) === false) {
      level.dropped++;
      this.#droppedItems++;
      this.#writeLevels();
      this.#flush(at);
      this.#pending = end;
      return;
    }
    level.kept++;
    if (!row.touched) return;
    this.#writeLevels();
    this.#flush(at);
    this.#pending = end;
    this.#write(row, this.#source.bytes[at]);
  }

  /** The resource lies in `[from, to)` with its tag; that is empty at `start` where there is none. */
  #writeResource(start: number, from: number, to: number): void {
    if (from !== start) unsupported('a resource behind its rows');
    this.#writeLevels();
    this.#flush(start);
    this.#pending = to;
    this.#write(this.#resource, (RESOURCE << 3) | WireType.bytes);
  }

  /** A message with what was written, behind its tag and length. */
  #write(message: WireMessage, tag: number): void {
    const { from, to, isSide, fields } = message;
    let length = 0;
    for (let i = 0; i < fields; i++) length += to[i] - from[i];
    const out = this.#out;
    out.reserve(length + PREFIX_BYTES_MAX);
    out.bytes[out.length++] = tag;
    appendVarint32(out, length);
    for (let i = 0; i < fields; ) {
      const start = from[i];
      let stop = to[i];
      const side = isSide[i];
      // What lies side by side is copied at once.
      for (i++; i < fields && isSide[i] === side && from[i] === stop; i++) stop = to[i];
      if (stop > start)
        appendBytes(side === 1 ? message.side : this.#source, start, stop - start, out);
    }
  }

  /** The one message in `[start, end)` whose field is a key of `numbers`; until the next call. */
  #findOne(start: number, end: number, numbers: FieldNumbers): Found | undefined {
    const { bytes } = this.#source;
    const found = this.#found;
    let count = 0;
    for (let p = start; p < end; ) {
      const at = p;
      p = skipped(bytes, p, end);
      const number = skippedField.tag >>> 3;
      if (numbers[number] === undefined) continue;
      if (++count > 1)
        unsupported('a resource, a scope or the points of a metric in several pieces');
      readLength(bytes, skippedField.body, end);
      found.number = number;
      found.at = at;
      found.start = result.next;
      found.end = p;
    }
    return count === 0 ? undefined : found;
  }

  /** Opens a resource or scope for reading; an empty one where there is none. */
  #openPart(part: WireMessage, found: Found | undefined, attributes: number): void {
    part.open(this.#source, found?.start ?? 0, found?.end ?? 0, attributes);
  }

  #open(at: number, start: number, end: number): void {
    const level = this.#levels[this.#depth++];
    level.tag = at;
    level.start = start;
    level.end = end;
    level.out = -1;
    level.kept = 0;
    level.dropped = 0;
  }

  #close(): void {
    const level = this.#levels[--this.#depth];
    const above = this.#depth > 0 ? this.#levels[this.#depth - 1] : undefined;
    const isGone = level.kept === 0 && level.dropped > 0;
    if (above !== undefined) {
      if (isGone) above.dropped++;
      else above.kept++;
    }
    if (level.out === -1) return;
    const out = this.#out;
    if (isGone) {
      out.length = level.out;
      this.#pending = level.end;
      return;
    }
    this.#flush(level.end);
    const reserved = varint32Bytes(level.end - level.start);
    const start = level.out + 1 + reserved;
    const length = out.length - start;
    const needed = varint32Bytes(length);
    if (needed !== reserved) {
      out.reserve(needed);
      out.bytes.copyWithin(start + needed - reserved, start, out.length);
    }
    out.length = level.out + 1;
    appendVarint32(out, length);
    out.length += length;
  }

  /** Begins the messages around a row in the output, should they not be there: the lengths come later. */
  #writeLevels(): void {
    if (this.#levels[this.#depth - 1].out !== -1) return;
    // Most of what is written is what came: a run of that size seldom grows.
    if (this.#out === NOTHING_WRITTEN) this.#out = outputFor(this.#sourceBytes);
    const out = this.#out;
    for (let i = 0; i < this.#depth; i++) {
      const level = this.#levels[i];
      if (level.out !== -1) continue;
      this.#flush(level.tag);
      out.reserve(PREFIX_BYTES_MAX);
      level.out = out.length;
      out.bytes[out.length] = this.#source.bytes[level.tag];
      out.length += 1 + varint32Bytes(level.end - level.start);
      this.#pending = level.start;
    }
  }

  /** Copies what comes before `end` in the source and is not in the output. */
  #flush(end: number): void {
    const length = end - this.#pending;
    if (length > 0) {
      this.#out.reserve(length);
      appendBytes(this.#source, this.#pending, length, this.#out);
    }
    this.#pending = end;
  }
}

type Each = (this: WireRewriter, at: number, start: number, end: number) => void;

/** Field numbers that are looked for. */
type FieldNumbers = Readonly<Record<number, unknown>>;

interface Found {
  readonly number: number;
  readonly at: number;
  readonly start: number;
  readonly end: number;
}

const RESOURCE_NUMBERS: FieldNumbers = { [RESOURCE]: true };
const SCOPE_NUMBERS: FieldNumbers = { [SCOPE]: true };
const PREFIX_BYTES_MAX = 6;

function newLevel(): Level {
  return { tag: 0, start: 0, end: 0, out: -1, kept: 0, dropped: 0 };
}

/** Room for the request and an eighth more, behind which decoding may read. */
function outputFor(bytes: number): ByteRun {
  const memory = Buffer.allocUnsafeSlow(bytes + (bytes >>> 3) + PADDING_BYTES);
  return new ByteRun(0, { bytes: memory, view: new DataView(memory.buffer) });
}
