import { AttributeEditor } from './attribute-editor.ts';
import type { AttributeColumns } from './select-rows.ts';

/**
 * Edits the attributes of the rows of a table: `edit` is called with each row open, in order.
 * Returns undefined when nothing was written to.
 */
export function rewriteAttributes(
  columns: AttributeColumns & { readonly count: number },
  edit: (attributes: AttributeEditor, row: number) => void,
): AttributeColumns | undefined {
  const editor = new AttributeEditor(columns);
  for (let row = 0; row < columns.count; row++) {
    editor.openRow(row);
    edit(editor, row);
  }
  const edited = editor.finish(columns.count);
  return editor.changed ? edited : undefined;
}
