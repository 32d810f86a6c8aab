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

/** Log records as columns; the rules of `SpanColumns` hold. */
export class LogColumns {
  readonly signal = 'logs';
  count = 0;
  capacity = 0;
  #marked = 0;
  #markedEncodedBodyCount = 0;
  readonly segments: Segments = new Segments();
  readonly resources: ResourceTable = new ResourceTable();
  readonly scopes: ScopeTable = new ScopeTable();
  readonly schemaUrls: Dictionary = Dictionary.whenNeeded(16, 1 << 9);

  resource: Uint32Array = NO_UINT32;
  scope: Uint32Array = NO_UINT32;
  resourceSchemaUrl: Uint32Array = NO_UINT32;
  scopeSchemaUrl: Uint32Array = NO_UINT32;

  timeUnixNano: Int32Array = NO_INT32;
  observedTimeUnixNano: Int32Array = NO_INT32;
  severityNumber: Uint8Array = NO_UINT8;
  readonly severityTexts: Dictionary = Dictionary.whenNeeded(64, 1 << 9);
  severityText: Uint32Array = NO_UINT32;
  /** As an attribute's value: text, or the encoded `AnyValue` from `FIRST_ENCODED_TYPE` on. */
  readonly body: StringColumn;
  /** `AnyValueType`; `empty` when no body was sent. */
  bodyType: Uint8Array = NO_UINT8;
  /** How many bodies are kept encoded; 0 lets the writer copy the run whole. */
  encodedBodyCount = 0;
  readonly eventNames: Dictionary = Dictionary.whenNeeded(64, 1 << 9);
  eventName: Uint32Array = NO_UINT32;
  traceId: Uint8Array = NO_UINT8;
  traceIdView: DataView = NO_VIEW;
  spanId: Uint8Array = NO_UINT8;
  spanIdView: DataView = NO_VIEW;
  flags: Uint32Array = NO_UINT32;

  readonly attributes: AttributeList;
  attributeEnd: Uint32Array = NO_UINT32;
  droppedAttributesCount: Uint32Array = NO_UINT32;

  /** `rows`, `valueBytes`, of attributes, and `bodyBytes` are first guesses; everything grows. */
  constructor(rows = 1024, valueBytes: number = rows * 128, bodyBytes: number = rows * 128) {
    this.body = new StringColumn(rows, bodyBytes);
    this.attributes = new AttributeList(rows * 8, valueBytes);
    this.growTo(rows);
  }

  growTo(rows: number): void {
    this.resource = growUint32(this.resource, rows);
    this.scope = growUint32(this.scope, rows);
    this.resourceSchemaUrl = growUint32(this.resourceSchemaUrl, rows);
    this.scopeSchemaUrl = growUint32(this.scopeSchemaUrl, rows);
    this.timeUnixNano = growInt32(this.timeUnixNano, rows * 2);
    this.observedTimeUnixNano = growInt32(this.observedTimeUnixNano, rows * 2);
    this.severityNumber = growUint8(this.severityNumber, rows);
    this.severityText = growUint32(this.severityText, rows);
    this.body.growRows(rows);
    this.bodyType = growUint8(this.bodyType, rows);
    this.eventName = growUint32(this.eventName, rows);
    this.traceId = growUint8(this.traceId, rows * 16);
    this.traceIdView = viewOf(this.traceId);
    this.spanId = growUint8(this.spanId, rows * 8);
    this.spanIdView = viewOf(this.spanId);
    this.flags = growUint32(this.flags, rows);
    this.attributeEnd = growUint32(this.attributeEnd, rows * 2);
    this.droppedAttributesCount = growUint32(this.droppedAttributesCount, rows);
    this.capacity = rows;
  }

  /** Remembers the state that `rollback` returns to, to the byte; one mark at a time. */
  mark(): void {
    this.#marked = this.count;
    this.#markedEncodedBodyCount = this.encodedBodyCount;
    this.segments.mark();
    this.resources.mark();
    this.scopes.mark();
    this.schemaUrls.mark();
    this.severityTexts.mark();
    this.body.mark();
    this.eventNames.mark();
    this.attributes.mark();
  }

  rollback(): void {
    this.#clear(this.#marked);
    this.count = this.#marked;
    this.encodedBodyCount = this.#markedEncodedBodyCount;
    this.segments.rollback();
    this.resources.rollback();
    this.scopes.rollback();
    this.schemaUrls.rollback();
    this.severityTexts.rollback();
    this.body.rollback();
    this.eventNames.rollback();
    this.attributes.rollback();
  }

  /** Rows that are free again are zeros, as new ones are: decoding writes what was sent. */
  #clear(from: number): void {
    // The row behind the last one may be written in part.
    const to = this.count + 1;
    this.timeUnixNano.fill(0, from * 2, to * 2);
    this.observedTimeUnixNano.fill(0, from * 2, to * 2);
    this.severityNumber.fill(0, from, to);
    this.severityText.fill(0, from, to);
    this.bodyType.fill(0, from, to);
    this.eventName.fill(0, from, to);
    this.traceId.fill(0, from * 16, to * 16);
    this.spanId.fill(0, from * 8, to * 8);
    this.flags.fill(0, from, to);
    this.droppedAttributesCount.fill(0, from, to);
  }

  /** Empty again; the memory is kept. */
  reset(): void {
    this.#clear(0);
    this.count = 0;
    this.encodedBodyCount = 0;
    this.segments.reset();
    this.resources.reset();
    this.scopes.reset();
    this.schemaUrls.reset();
    this.severityTexts.reset();
    this.body.reset();
    this.eventNames.reset();
    this.attributes.reset();
  }
}
