import { AttributeList } from './attribute-list.ts';
import { Dictionary } from './dictionary.ts';
import {
  growInt32,
  growUint8,
  growUint32,
  NO_INT32,
  NO_UINT8,
  NO_UINT32,
  NO_VIEW,
} from './grow.ts';
import { ResourceTable } from './resource-table.ts';
import { ScopeTable } from './scope-table.ts';
import { Segments } from './segments.ts';
import { viewOf } from './slab.ts';
import { StringColumn } from './string-column.ts';

/**
 * Spans as columns. Two-word columns are 64-bit values, low word first (the wire's and Native's
 * order); `...End` columns are Native u64 offsets, two words with a high word of 0. Ids are raw
 * bytes, all zero when absent. Enums keep their number; above 255 it is 255.
 */
export class SpanColumns {
  readonly signal = 'traces';
  count = 0;
  capacity = 0;
  #marked = 0;
  readonly segments: Segments = new Segments();
  readonly resources: ResourceTable = new ResourceTable();
  readonly scopes: ScopeTable = new ScopeTable();
  readonly schemaUrls: Dictionary = Dictionary.whenNeeded(16, 1 << 9);

  /** Row indexes of `resources` and `scopes`. */
  resource: Uint32Array = NO_UINT32;
  scope: Uint32Array = NO_UINT32;
  /** Ids in `schemaUrls`. */
  resourceSchemaUrl: Uint32Array = NO_UINT32;
  scopeSchemaUrl: Uint32Array = NO_UINT32;

  traceId: Uint8Array = NO_UINT8;
  traceIdView: DataView = NO_VIEW;
  spanId: Uint8Array = NO_UINT8;
  spanIdView: DataView = NO_VIEW;
  parentSpanId: Uint8Array = NO_UINT8;
  parentSpanIdView: DataView = NO_VIEW;
  readonly traceState: StringColumn;
  flags: Uint32Array = NO_UINT32;
  readonly names: Dictionary = Dictionary.whenNeeded(256, 1 << 13);
  name: Uint32Array = NO_UINT32;
  kind: Uint8Array = NO_UINT8;
  startUnixNano: Int32Array = NO_INT32;
  endUnixNano: Int32Array = NO_INT32;
  statusCode: Uint8Array = NO_UINT8;
  readonly statusMessage: StringColumn;

  readonly attributes: AttributeList;
  attributeEnd: Uint32Array = NO_UINT32;
  droppedAttributesCount: Uint32Array = NO_UINT32;
  readonly events: SpanEventColumns = new SpanEventColumns();
  eventEnd: Uint32Array = NO_UINT32;
  droppedEventsCount: Uint32Array = NO_UINT32;
  readonly links: SpanLinkColumns = new SpanLinkColumns();
  linkEnd: Uint32Array = NO_UINT32;
  droppedLinksCount: Uint32Array = NO_UINT32;

  /** `rows` and `valueBytes`, of attributes, are first guesses; everything grows. */
  constructor(rows = 1024, valueBytes: number = rows * 192) {
    this.traceState = new StringColumn(rows, rows * 2);
    this.statusMessage = new StringColumn(rows, rows * 2);
    this.attributes = new AttributeList(rows * 12, valueBytes);
    this.growTo(rows);
  }

  growTo(rows: number): void {
    this.resource = growUint32(this.resource, rows);
    this.scope = growUint32(this.scope, rows);
    this.resourceSchemaUrl = growUint32(this.resourceSchemaUrl, rows);
    this.scopeSchemaUrl = growUint32(this.scopeSchemaUrl, rows);
    this.traceId = growUint8(this.traceId, rows * 16);
    this.traceIdView = viewOf(this.traceId);
    this.spanId = growUint8(this.spanId, rows * 8);
    this.spanIdView = viewOf(this.spanId);
    this.parentSpanId = growUint8(this.parentSpanId, rows * 8);
    this.parentSpanIdView = viewOf(this.parentSpanId);
    this.traceState.growRows(rows);
    this.flags = growUint32(this.flags, rows);
    this.name = growUint32(this.name, rows);
    this.kind = growUint8(this.kind, rows);
    this.startUnixNano = growInt32(this.startUnixNano, rows * 2);
    this.endUnixNano = growInt32(this.endUnixNano, rows * 2);
    this.statusCode = growUint8(this.statusCode, rows);
    this.statusMessage.growRows(rows);
    this.attributeEnd = growUint32(this.attributeEnd, rows * 2);
    this.droppedAttributesCount = growUint32(this.droppedAttributesCount, rows);
    this.eventEnd = growUint32(this.eventEnd, rows * 2);
    this.droppedEventsCount = growUint32(this.droppedEventsCount, rows);
    this.linkEnd = growUint32(this.linkEnd, rows * 2);
    this.droppedLinksCount = growUint32(this.droppedLinksCount, rows);
    this.capacity = rows;
  }

  /** Remembers the state that `rollback` returns to, to the byte; one mark at a time. */
  mark(): void {
    this.#marked = this.count;
    this.segments.mark();
    this.resources.mark();
    this.scopes.mark();
    this.schemaUrls.mark();
    this.traceState.mark();
    this.names.mark();
    this.statusMessage.mark();
    this.attributes.mark();
    this.events.mark();
    this.links.mark();
  }

  rollback(): void {
    this.#clear(this.#marked);
    this.count = this.#marked;
    this.segments.rollback();
    this.resources.rollback();
    this.scopes.rollback();
    this.schemaUrls.rollback();
    this.traceState.rollback();
    this.names.rollback();
    this.statusMessage.rollback();
    this.attributes.rollback();
    this.events.rollback();
    this.links.rollback();
  }

  /** Rows that are free again are zeros, as new ones are: decoding writes what was sent. */
  #clear(from: number): void {
    // The row behind the last one may be written in part.
    const to = this.count + 1;
    this.traceId.fill(0, from * 16, to * 16);
    this.spanId.fill(0, from * 8, to * 8);
    this.parentSpanId.fill(0, from * 8, to * 8);
    this.flags.fill(0, from, to);
    this.name.fill(0, from, to);
    this.kind.fill(0, from, to);
    this.startUnixNano.fill(0, from * 2, to * 2);
    this.endUnixNano.fill(0, from * 2, to * 2);
    this.statusCode.fill(0, from, to);
    this.droppedAttributesCount.fill(0, from, to);
    this.droppedEventsCount.fill(0, from, to);
    this.droppedLinksCount.fill(0, from, to);
  }

  /** Empty again; the memory is kept. */
  reset(): void {
    this.#clear(0);
    this.count = 0;
    this.segments.reset();
    this.resources.reset();
    this.scopes.reset();
    this.schemaUrls.reset();
    this.traceState.reset();
    this.names.reset();
    this.statusMessage.reset();
    this.attributes.reset();
    this.events.reset();
    this.links.reset();
  }
}

/** The events of all spans, flat; span i owns `[eventEnd(i - 1), eventEnd(i))`. */
export class SpanEventColumns {
  count = 0;
  capacity = 0;
  #marked = 0;
  timeUnixNano: Int32Array = NO_INT32;
  readonly names: Dictionary = Dictionary.whenNeeded(64, 1 << 10);
  name: Uint32Array = NO_UINT32;
  readonly attributes: AttributeList = AttributeList.whenNeeded(64, 1 << 11);
  attributeEnd: Uint32Array = NO_UINT32;
  droppedAttributesCount: Uint32Array = NO_UINT32;

  constructor(rows = 0) {
    if (rows > 0) this.growTo(rows);
  }

  growTo(rows: number): void {
    this.timeUnixNano = growInt32(this.timeUnixNano, rows * 2);
    this.name = growUint32(this.name, rows);
    this.attributeEnd = growUint32(this.attributeEnd, rows * 2);
    this.droppedAttributesCount = growUint32(this.droppedAttributesCount, rows);
    this.capacity = rows;
  }

  mark(): void {
    this.#marked = this.count;
    this.names.mark();
    this.attributes.mark();
  }

  rollback(): void {
    this.count = this.#marked;
    this.names.rollback();
    this.attributes.rollback();
  }

  /** Empty again; the memory is kept. */
  reset(): void {
    this.count = 0;
    this.names.reset();
    this.attributes.reset();
  }
}

/** The links of all spans, flat; span i owns `[linkEnd(i - 1), linkEnd(i))`. */
export class SpanLinkColumns {
  count = 0;
  capacity = 0;
  #marked = 0;
  traceId: Uint8Array = NO_UINT8;
  traceIdView: DataView = NO_VIEW;
  spanId: Uint8Array = NO_UINT8;
  spanIdView: DataView = NO_VIEW;
  readonly traceState: StringColumn = new StringColumn(0, 0);
  flags: Uint32Array = NO_UINT32;
  readonly attributes: AttributeList = AttributeList.whenNeeded(16, 1 << 8);
  attributeEnd: Uint32Array = NO_UINT32;
  droppedAttributesCount: Uint32Array = NO_UINT32;

  constructor(rows = 0) {
    if (rows > 0) this.growTo(rows);
  }

  growTo(rows: number): void {
    this.traceId = growUint8(this.traceId, rows * 16);
    this.traceIdView = viewOf(this.traceId);
    this.spanId = growUint8(this.spanId, rows * 8);
    this.spanIdView = viewOf(this.spanId);
    this.traceState.growRows(rows);
    this.flags = growUint32(this.flags, rows);
    this.attributeEnd = growUint32(this.attributeEnd, rows * 2);
    this.droppedAttributesCount = growUint32(this.droppedAttributesCount, rows);
    this.capacity = rows;
  }

  mark(): void {
    this.#marked = this.count;
    this.traceState.mark();
    this.attributes.mark();
  }

  rollback(): void {
    this.count = this.#marked;
    this.traceState.rollback();
    this.attributes.rollback();
  }

  /** Empty again; the memory is kept. */
  reset(): void {
    this.count = 0;
    this.traceState.reset();
    this.attributes.reset();
  }
}
