import { AttributeRows, anyValue } from '@sonde/metric-series';
import {
  dictionaryText,
  type Exemplar,
  type KeyValue,
  type SpanColumns,
  valueText,
} from '@sonde/proto';
import { SERVICE_NAME } from './dimension.ts';
import type { ResourceSeries } from './resource-series.ts';
import type { SpanHead } from './span-series.ts';

const TWO_TO_32 = 2 ** 32;
const NO_TRACE_ID = '0'.repeat(32);

export interface ResourceAttribute {
  readonly keyValue: KeyValue;
  /** Equal for equal values of one type. */
  readonly text: string;
}

/** Reads the spans of a batch, one after the other. */
export class SpanBatch {
  readonly attributes: AttributeRows;
  readonly resource: AttributeRows;
  readonly #columns: SpanColumns;
  readonly #events: AttributeRows;
  /** What was found of a resource of a tenant, by both indexes. */
  readonly #resources = new Map<number, ResourceSeries>();
  /** The service of each resource; undefined for one without a name. */
  readonly #services = new Map<number, string | undefined>();
  #row = -1;
  #segment = 0;

  constructor(columns: SpanColumns) {
    this.#columns = columns;
    this.attributes = new AttributeRows(columns);
    this.resource = new AttributeRows(columns.resources);
    this.#events = new AttributeRows(columns.events);
  }

  /** Rows in ascending order. */
  open(row: number): void {
    const { segments, count } = this.#columns;
    while ((segments.rowEnd[this.#segment] ?? count) <= row) this.#segment++;
    this.#row = row;
    this.attributes.open(row);
    this.resource.open(this.#resourceRow);
  }

  get service(): string | undefined {
    const of = this.#resourceRow;
    if (!this.#services.has(of)) {
      const name = this.resource.get(SERVICE_NAME);
      const isText = typeof name === 'string';
      // A name that is no text is empty upstream.
      this.#services.set(of, name === undefined || isText ? name : '');
    }
    return this.#services.get(of);
  }

  head(service: string, isAdjusted: boolean): SpanHead {
    const { names, name, kind, statusCode, scope, scopes } = this.#columns;
    const row = this.#row;
    const of = scope[row] ?? 0;
    return {
      service,
      isAdjusted,
      name: dictionaryText(names, name[row] ?? 0),
      kind: kind[row] ?? 0,
      status: statusCode[row] ?? 0,
      scopeName: dictionaryText(scopes.names, scopes.name[of] ?? 0),
      scopeVersion: dictionaryText(scopes.versions, scopes.version[of] ?? 0),
    };
  }

  /** Nanoseconds; 0 for a span that ends before it begins. */
  get duration(): number {
    const { startUnixNano, endUnixNano } = this.#columns;
    const at = this.#row * 2;
    const high = (endUnixNano[at + 1] ?? 0) - (startUnixNano[at + 1] ?? 0);
    const low = ((endUnixNano[at] ?? 0) >>> 0) - ((startUnixNano[at] ?? 0) >>> 0);
    return Math.max(0, high * TWO_TO_32 + low);
  }

  /** The events of the span; each is open until the next. */
  *events(): Iterable<AttributeRows> {
    const { eventEnd } = this.#columns;
    const first = this.#row === 0 ? 0 : (eventEnd[this.#row * 2 - 2] ?? 0);
    const end = eventEnd[this.#row * 2] ?? 0;
    for (let event = first; event < end; event++) {
      this.#events.open(event);
      yield this.#events;
    }
  }

  /** Undefined for a span without a trace. */
  exemplar(value: number): Exemplar | undefined {
    const traceId = idAt(this.#columns.traceId, this.#row, 16);
    if (traceId === NO_TRACE_ID) return undefined;
    const spanId = idAt(this.#columns.spanId, this.#row, 8);
    return { timeUnixNano: 0, asDouble: value, traceId, spanId };
  }

  tenant(): string {
    const { tenants, tenant } = this.#columns.segments;
    return dictionaryText(tenants, tenant[this.#segment] ?? 0);
  }

  resourceAttributes(): readonly ResourceAttribute[] {
    return this.resource.keys().map((key) => {
      const value = this.resource.get(key) ?? null;
      const text = `${typeof value} ${valueText(value)}`;
      return { keyValue: { key, value: anyValue(value) }, text };
    });
  }

  knownResource(): ResourceSeries | undefined {
    return this.#resources.get(this.#resourceKey);
  }

  rememberResource(resource: ResourceSeries): void {
    this.#resources.set(this.#resourceKey, resource);
  }

  get #resourceRow(): number {
    return this.#columns.resource[this.#row] ?? 0;
  }

  get #resourceKey(): number {
    const { resources, segments } = this.#columns;
    return (segments.tenant[this.#segment] ?? 0) * resources.count + this.#resourceRow;
  }
}

function idAt(column: Uint8Array, row: number, width: number): string {
  const from = column.byteOffset + row * width;
  return Buffer.from(column.buffer, from, width).toString('hex');
}
