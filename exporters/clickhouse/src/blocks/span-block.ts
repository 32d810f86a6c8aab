import type { SpanColumns } from '@sonde/proto';
import {
  type BlockWriter,
  type IdentityTable,
  RowRuns,
  type SchemaOptions,
  spansTable,
  type TableDefinition,
  writeConstantColumn,
  writeFixedArrayColumn,
  writeFixedColumn,
  writeLowCardinalityBody,
  writeLowCardinalityColumn,
  writeLowCardinalityPrefix,
  writeOffsets,
  writeStringColumn,
} from '@sonde/store';
import { writeAttributes, writeNestedAttributes } from './attribute-columns.ts';
import type { BlockSource } from './block-source.ts';
import { attributeBytes, replicatedBytes } from './bytes-estimate.ts';
import { subtractTimes } from './durations.ts';
import { PromotedColumns } from './promoted-columns.ts';
import {
  type RowOwner,
  writeFingerprint,
  writeIdentity,
  writeOwner,
  writeScope,
  writeTimes,
} from './row-columns.ts';
import { samplingWeights } from './sampling-weight.ts';
import type { StoredTimes } from './time-columns.ts';

/** Bytes of a span's columns of fixed width, dictionary indexes included. */
const SPAN_BYTES = 220;

const ONE = new Uint8Array(new Float64Array([1]).buffer);

export interface SpanBlockOptions {
  readonly schema: SchemaOptions;
  readonly columns: SpanColumns;
  readonly identities: IdentityTable;
  readonly owner: RowOwner;
  readonly times: StoredTimes;
}

/** Spans of a batch as rows of `spans`. */
export class SpanBlock implements BlockSource {
  readonly table: TableDefinition;
  readonly rows: RowRuns;
  readonly timestamp: Int32Array;
  readonly #options: SpanBlockOptions;
  readonly #promoted: PromotedColumns;
  readonly #durations: Int32Array;
  readonly #weights: Float64Array | undefined;

  constructor(options: SpanBlockOptions) {
    const { columns } = options;
    this.#options = options;
    this.table = spansTable(options.schema);
    this.rows = RowRuns.range(0, columns.count);
    this.timestamp = options.times.timestamp;
    this.#durations = subtractTimes(columns.endUnixNano, columns.startUnixNano, columns.count);
    this.#weights = samplingWeights(columns.traceState, columns.count);
    this.#promoted = new PromotedColumns(columns.attributes, columns.attributeEnd, columns.count);
  }

  estimateBytes(runs: RowRuns): number {
    const { columns } = this.#options;
    const { events, links, scopes } = columns;
    const part = runs.rows / Math.max(1, columns.count);
    const runBytes = columns.traceState.run.length + columns.statusMessage.run.length;
    return (
      runs.rows * SPAN_BYTES +
      part * runBytes +
      attributeBytes({ list: columns.attributes, ends: columns.attributeEnd }, runs) +
      attributeBytes(
        { list: events.attributes, ends: events.attributeEnd },
        runs.children(columns.eventEnd),
      ) +
      attributeBytes(
        { list: links.attributes, ends: links.attributeEnd },
        runs.children(columns.linkEnd),
      ) +
      replicatedBytes({ list: scopes.attributes, ends: scopes.attributeEnd }, columns.scope, runs)
    );
  }

  write(writer: BlockWriter, runs: RowRuns): void {
    const { columns, identities, owner, times } = this.#options;
    writeOwner(writer, owner, runs);
    writeTimes(writer, times, runs);
    this.#writeSpan(writer, runs);
    const resourceRows = { identities, resource: columns.resource };
    writeFingerprint(writer, 'resource_fingerprint', resourceRows, runs);
    writeIdentity(writer, resourceRows, runs);
    writeScope(writer, columns, runs);
    this.#writePromoted(writer, runs);
    writeAttributes(writer, columns, runs);
    this.#writeEvents(writer, runs);
    this.#writeLinks(writer, runs);
  }

  #writeSpan(writer: BlockWriter, runs: RowRuns): void {
    const { out } = writer;
    const { columns } = this.#options;
    const fixed = (name: string, source: ArrayBufferView, widthBytes: number): void => {
      writer.column(name);
      writeFixedColumn(out, { source, widthBytes }, runs);
    };
    fixed('duration_ns', this.#durations, 8);
    fixed('trace_id', columns.traceId, 16);
    fixed('span_id', columns.spanId, 8);
    fixed('parent_span_id', columns.parentSpanId, 8);
    fixed('flags', columns.flags, 4);
    fixed('kind', columns.kind, 1);
    fixed('status_code', columns.statusCode, 1);
    fixed('dropped_attributes_count', columns.droppedAttributesCount, 4);
    fixed('dropped_events_count', columns.droppedEventsCount, 4);
    fixed('dropped_links_count', columns.droppedLinksCount, 4);
    writer.column('weight');
    if (this.#weights === undefined) writeConstantColumn(out, ONE, runs);
    else writeFixedColumn(out, { source: this.#weights, widthBytes: 8 }, runs);
    writer.column('name');
    writeLowCardinalityColumn(out, { dictionary: columns.names, ids: columns.name }, runs);
    writer.column('trace_state');
    writeStringColumn(out, { ...columns.traceState, count: columns.count }, runs);
    writer.column('status_message');
    writeStringColumn(out, { ...columns.statusMessage, count: columns.count }, runs);
  }

  #writePromoted(writer: BlockWriter, runs: RowRuns): void {
    for (const text of this.#promoted.texts) {
      writer.column(text.name);
      writeLowCardinalityColumn(writer.out, text, runs);
    }
    writer.column('http_status_code');
    const source = { source: this.#promoted.httpStatusCode, widthBytes: 2 };
    writeFixedColumn(writer.out, source, runs);
  }

  #writeEvents(writer: BlockWriter, runs: RowRuns): void {
    const { out } = writer;
    const { events, eventEnd } = this.#options.columns;
    const inner = runs.children(eventEnd);
    writer.column('events.timestamp');
    writeOffsets(out, eventEnd, runs);
    writeFixedColumn(out, { source: events.timeUnixNano, widthBytes: 8 }, inner);
    writer.column('events.name');
    writeLowCardinalityPrefix(out);
    writeOffsets(out, eventEnd, runs);
    writeLowCardinalityBody(out, { dictionary: events.names, ids: events.name }, inner);
    writeNestedAttributes(writer, { prefix: 'events.', outer: eventEnd, rows: events }, runs);
  }

  #writeLinks(writer: BlockWriter, runs: RowRuns): void {
    const { out } = writer;
    const { links, linkEnd } = this.#options.columns;
    const array = (name: string, source: ArrayBufferView, widthBytes: number): void => {
      writer.column(name);
      writeFixedArrayColumn(out, { ends: linkEnd, source, widthBytes }, runs);
    };
    array('links.trace_id', links.traceId, 16);
    array('links.span_id', links.spanId, 8);
    array('links.flags', links.flags, 4);
    writer.column('links.trace_state');
    writeOffsets(out, linkEnd, runs);
    const inner = runs.children(linkEnd);
    writeStringColumn(out, { ...links.traceState, count: links.count }, inner);
    writeNestedAttributes(writer, { prefix: 'links.', outer: linkEnd, rows: links }, runs);
  }
}
