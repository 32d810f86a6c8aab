import { type SpanColumns, SpanEditor, WordColumn, withSpans } from '@sonde/proto';
import { AttributeMap } from './attribute-map.ts';
import { GroupRow } from './group-row.ts';
import { IdColumn } from './id-column.ts';

/** The open span. */
export class SpanRow {
  readonly columns: SpanColumns;
  readonly editor: SpanEditor;
  readonly group: GroupRow;
  readonly attributes: AttributeMap;
  readonly traceIds: IdColumn;
  readonly spanIds: IdColumn;
  readonly parentSpanIds: IdColumn;
  readonly droppedAttributes: WordColumn;
  readonly droppedEvents: WordColumn;
  readonly droppedLinks: WordColumn;
  row = 0;

  constructor(columns: SpanColumns) {
    const { count } = columns;
    this.columns = columns;
    this.editor = new SpanEditor(columns);
    this.group = new GroupRow(this.editor.group);
    this.attributes = new AttributeMap(this.editor.attributes);
    this.traceIds = new IdColumn(columns.traceId, count, 16);
    this.spanIds = new IdColumn(columns.spanId, count, 8);
    this.parentSpanIds = new IdColumn(columns.parentSpanId, count, 8);
    this.droppedAttributes = new WordColumn(columns.droppedAttributesCount, count);
    this.droppedEvents = new WordColumn(columns.droppedEventsCount, count);
    this.droppedLinks = new WordColumn(columns.droppedLinksCount, count);
  }

  open(row: number): void {
    this.row = row;
    this.editor.openRow(row);
    this.group.opened();
  }

  get eventCount(): number {
    return rowsOf(this.columns.eventEnd, this.row);
  }

  get linkCount(): number {
    return rowsOf(this.columns.linkEnd, this.row);
  }

  /** The spans; the source itself when nothing was changed. */
  finish(): SpanColumns {
    const edited = this.editor.finish();
    const words = {
      droppedAttributesCount: this.droppedAttributes.values,
      droppedEventsCount: this.droppedEvents.values,
      droppedLinksCount: this.droppedLinks.values,
    };
    const { traceIds, spanIds, parentSpanIds } = this;
    const isCounted =
      words.droppedAttributesCount !== edited.droppedAttributesCount ||
      words.droppedEventsCount !== edited.droppedEventsCount ||
      words.droppedLinksCount !== edited.droppedLinksCount;
    if (!isCounted && !traceIds.changed && !spanIds.changed && !parentSpanIds.changed) {
      return edited;
    }
    return withSpans(edited, {
      ...words,
      traceId: traceIds.values,
      traceIdView: viewOf(traceIds.values),
      spanId: spanIds.values,
      spanIdView: viewOf(spanIds.values),
      parentSpanId: parentSpanIds.values,
      parentSpanIdView: viewOf(parentSpanIds.values),
    });
  }
}

export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Where the rows of row `row` start, by its `...End` column. */
export function startOf(end: Uint32Array, row: number): number {
  return row === 0 ? 0 : (end[row * 2 - 2] ?? 0);
}

export function endOf(end: Uint32Array, row: number): number {
  return end[row * 2] ?? 0;
}

export function rowsOf(end: Uint32Array, row: number): number {
  return endOf(end, row) - startOf(end, row);
}
