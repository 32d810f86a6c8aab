import {
  type AttributeColumns,
  type AttributeEditor,
  type Columns,
  type PointColumns,
  rewriteAttributes,
  rewritePoints,
  withLogs,
  withSpans,
} from '@sonde/proto';

/** Called with each row open, in order. */
export type RowEdit = (attributes: AttributeEditor, row: number) => void;

/** Makes the edit of one table: of the points where rows are data points. */
export type RowEditFactory = (points: PointColumns | undefined) => RowEdit;

/**
 * Edits the attributes of spans, log records or data points; each table has an edit (and dictionary)
 * of its own. Profiles have no attributes of this form and stay as they are.
 */
export function rewriteRowAttributes(columns: Columns, makeEdit: RowEditFactory): Columns {
  switch (columns.signal) {
    case 'traces': {
      const changes = rewriteAttributes(columns, makeEdit(undefined));
      return changes === undefined ? columns : withSpans(columns, changes);
    }
    case 'logs': {
      const changes = rewriteAttributes(columns, makeEdit(undefined));
      return changes === undefined ? columns : withLogs(columns, changes);
    }
    case 'metrics':
      return rewritePoints(columns, (points): AttributeColumns | undefined =>
        rewriteAttributes(points, makeEdit(points)),
      );
    default:
      return columns;
  }
}
