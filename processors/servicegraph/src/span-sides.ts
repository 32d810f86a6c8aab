import { AttributeRows, SpanWeights } from '@sonde/metric-series';
import { dictionaryText, type SpanColumns, valueText } from '@sonde/proto';
import type { ServiceGraphConfig } from './config.ts';
import type { Edge } from './edge.ts';
import type { EdgeFate, EdgeStore } from './edge-store.ts';

/** In OTLP. */
const KIND = { server: 2, client: 3, producer: 4, consumer: 5 } as const;
const STATUS_ERROR = 2;
const TWO_TO_32 = 2 ** 32;
const NANO_PER_SECOND = 1e9;
const SPAN_ID_BYTES = 8;
const TRACE_ID_BYTES = 16;

export interface SideCounts {
  /** Edges that were begun. */
  begun: number;
  /** Spans for which there was no room. */
  dropped: number;
  /** Spans that could have been a side and whose resource has no service. */
  nameless: number;
}

/** Takes the spans of one batch as sides of calls. */
export class SpanSides {
  readonly #config: ServiceGraphConfig;
  readonly #columns: SpanColumns;
  readonly #attributes: AttributeRows;
  readonly #resource: AttributeRows;
  readonly #weights: SpanWeights;
  #segment = 0;

  constructor(config: ServiceGraphConfig, columns: SpanColumns) {
    this.#config = config;
    this.#columns = columns;
    this.#attributes = new AttributeRows(columns);
    this.#resource = new AttributeRows(columns.resources);
    this.#weights = new SpanWeights(columns);
  }

  addTo(store: EdgeStore, nowUnixMs: number): SideCounts {
    const counts: SideCounts = { begun: 0, dropped: 0, nameless: 0 };
    const { count, kind, segments } = this.#columns;
    for (let row = 0; row < count; row++) {
      while ((segments.rowEnd[this.#segment] ?? count) <= row) this.#segment++;
      const side = sideOf(kind[row] ?? 0);
      if (side === undefined) continue;
      this.#attributes.open(row);
      this.#resource.open(this.#columns.resource[row] ?? 0);
      const service = this.#text('service.name', [this.#resource]);
      if (service === undefined) {
        counts.nameless++;
        continue;
      }
      const fate = this.#add(store, { row, side, service, nowUnixMs });
      if (fate === 'new') counts.begun++;
      if (fate === 'dropped') counts.dropped++;
    }
    return counts;
  }

  #add(store: EdgeStore, span: OpenSide): EdgeFate {
    const { row, side, service, nowUnixMs } = span;
    const { kind, statusCode, spanId, parentSpanId } = this.#columns;
    const call = side === 'client' ? spanId : parentSpanId;
    const tenant = this.#tenant();
    const key = `${tenant} ${this.#idText(row, call)}`;
    const create = (): Edge =>
      newEdge(tenant, isZero(call, row), nowUnixMs + this.#config.store.ttl);
    return store.upsert(key, create, (edge) => {
      const isMessaging = kind[row] === KIND.producer || kind[row] === KIND.consumer;
      edge.connectionType = isMessaging ? 'messaging_system' : '';
      edge.isFailed ||= statusCode[row] === STATUS_ERROR;
      edge.weight = Math.max(edge.weight, this.#weights.of(row).weight);
      this.#addDimensions(edge, side);
      if (side === 'client') this.#addClient(edge, row, service);
      else this.#addServer(edge, row, service);
    });
  }

  #addServer(edge: Edge, row: number, service: string): void {
    edge.server = service;
    edge.serverSeconds = this.#secondsOf(row);
  }

  #addClient(edge: Edge, row: number, service: string): void {
    const seconds = this.#secondsOf(row);
    edge.client = service;
    edge.clientSeconds = seconds;
    const { virtual_node_peer_attributes: peers, database_name_attributes: names } = this.#config;
    edge.peer = this.#first(peers, [this.#attributes]) ?? edge.peer;
    const database = this.#first(names, [this.#resource, this.#attributes]);
    if (database === undefined) return;
    // A database has no spans of its own: its side is what the caller saw.
    edge.connectionType = 'database';
    edge.server = database;
    edge.serverSeconds = seconds;
  }

  #addDimensions({ dimensions }: Edge, side: 'client' | 'server'): void {
    for (const name of this.#config.dimensions) {
      const value = this.#text(name, [this.#resource, this.#attributes]);
      if (value !== undefined) dimensions.set(`${side}_${name}`, value);
    }
  }

  #first(names: readonly string[], rows: readonly AttributeRows[]): string | undefined {
    for (const name of names) {
      const value = this.#text(name, rows);
      if (value !== undefined) return value;
    }
    return undefined;
  }

  #text(name: string, rows: readonly AttributeRows[]): string | undefined {
    for (const each of rows) {
      const value = each.get(name);
      if (value !== undefined) return valueText(value);
    }
    return undefined;
  }

  /** 0 for a span that ends before it begins. */
  #secondsOf(row: number): number {
    const { startUnixNano, endUnixNano } = this.#columns;
    const at = row * 2;
    const high = (endUnixNano[at + 1] ?? 0) - (startUnixNano[at + 1] ?? 0);
    const low = ((endUnixNano[at] ?? 0) >>> 0) - ((startUnixNano[at] ?? 0) >>> 0);
    return Math.max(0, high * TWO_TO_32 + low) / NANO_PER_SECOND;
  }

  #idText(row: number, spanIds: Uint8Array): string {
    const { traceId } = this.#columns;
    const trace = traceId.byteOffset + row * TRACE_ID_BYTES;
    const span = spanIds.byteOffset + row * SPAN_ID_BYTES;
    const first = Buffer.from(traceId.buffer, trace, TRACE_ID_BYTES).toString('latin1');
    return first + Buffer.from(spanIds.buffer, span, SPAN_ID_BYTES).toString('latin1');
  }

  #tenant(): string {
    const { tenants, tenant } = this.#columns.segments;
    return dictionaryText(tenants, tenant[this.#segment] ?? 0);
  }
}

interface OpenSide {
  readonly row: number;
  readonly side: 'client' | 'server';
  readonly service: string;
  readonly nowUnixMs: number;
}

function sideOf(kind: number): 'client' | 'server' | undefined {
  if (kind === KIND.client || kind === KIND.producer) return 'client';
  return kind === KIND.server || kind === KIND.consumer ? 'server' : undefined;
}

function isZero(ids: Uint8Array, row: number): boolean {
  const from = row * SPAN_ID_BYTES;
  return ids.subarray(from, from + SPAN_ID_BYTES).every((byte) => byte === 0);
}

function newEdge(tenant: string, isRoot: boolean, expiresUnixMs: number): Edge {
  return {
    ...{ tenant, isRoot, expiresUnixMs },
    ...{ connectionType: '', client: '', server: '', clientSeconds: 0, serverSeconds: 0 },
    ...{ isFailed: false, weight: 0, dimensions: new Map(), peer: '', virtualNode: '' },
  };
}
