import type { GroupEditor } from '@sonde/proto';
import { AttributeMap } from './attribute-map.ts';

/** Numbers of resources that cursors met, of all batches: see `Cursor.resourceEpoch`. */
const epochs = { last: 0 };

/** Resource and scope of the open row. */
export class GroupRow {
  readonly editor: GroupEditor;
  readonly resource: AttributeMap;
  readonly scope: AttributeMap;
  epoch: number;
  #groups = 0;

  constructor(editor: GroupEditor) {
    this.editor = editor;
    this.epoch = ++epochs.last;
    this.resource = new AttributeMap(editor.resourceAttributes, () => this.resourceChanged());
    this.scope = new AttributeMap(editor.scopeAttributes);
  }

  /** After the editor has opened a row. */
  opened(): void {
    if (this.#groups === this.editor.resourceGroups) return;
    this.#groups = this.editor.resourceGroups;
    this.resourceChanged();
  }

  /** What was computed of the resource holds no longer. */
  resourceChanged(): void {
    this.epoch = ++epochs.last;
  }
}
