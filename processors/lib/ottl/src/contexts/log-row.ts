import { type LogColumns, LogEditor, WordColumn, withLogs } from '@sonde/proto';
import { AttributeMap } from './attribute-map.ts';
import { GroupRow } from './group-row.ts';
import { IdColumn } from './id-column.ts';
import { viewOf } from './span-row.ts';

/** The open log record. */
export class LogRow {
  readonly editor: LogEditor;
  readonly group: GroupRow;
  readonly attributes: AttributeMap;
  readonly traceIds: IdColumn;
  readonly spanIds: IdColumn;
  readonly droppedAttributes: WordColumn;
  row = 0;

  constructor(columns: LogColumns) {
    const { count } = columns;
    this.editor = new LogEditor(columns);
    this.group = new GroupRow(this.editor.group);
    this.attributes = new AttributeMap(this.editor.attributes);
    this.traceIds = new IdColumn(columns.traceId, count, 16);
    this.spanIds = new IdColumn(columns.spanId, count, 8);
    this.droppedAttributes = new WordColumn(columns.droppedAttributesCount, count);
  }

  open(row: number): void {
    this.row = row;
    this.editor.openRow(row);
    this.group.opened();
  }

  /** The records; the source itself when nothing was changed. */
  finish(): LogColumns {
    const edited = this.editor.finish();
    const droppedAttributesCount = this.droppedAttributes.values;
    const { traceIds, spanIds } = this;
    const isSame =
      !traceIds.changed &&
      !spanIds.changed &&
      droppedAttributesCount === edited.droppedAttributesCount;
    if (isSame) return edited;
    return withLogs(edited, {
      droppedAttributesCount,
      traceId: traceIds.values,
      traceIdView: viewOf(traceIds.values),
      spanId: spanIds.values,
      spanIdView: viewOf(spanIds.values),
    });
  }
}
