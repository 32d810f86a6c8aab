import { type Columns, GroupEditor } from '@sonde/proto';
import { type ClientView, GroupCursor } from './cursors.ts';
import { GroupRow } from './group-row.ts';

/** A cursor on the resource and scope of each row. */
export function groupCursor(columns: Columns, client: ClientView | undefined): GroupCursor {
  return new GroupCursor(new GroupRow(new GroupEditor(columns)), client);
}
