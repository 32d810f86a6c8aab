import { AttributeList } from './attribute-list.ts';
import { Dictionary } from './dictionary.ts';
import { growInt32, growUint32, NO_INT32, NO_UINT32 } from './grow.ts';

/** The distinct instrumentation scopes of a batch, interned by the bytes of the message. */
export class ScopeTable {
  count = 0;
  capacity = 0;
  readonly messages: Dictionary = Dictionary.whenNeeded(16, 1 << 10);
  messageId: Uint32Array = NO_UINT32;
  /** Row + 1 of the message with that id; 0 while it has none. */
  rowOfMessage: Int32Array = NO_INT32;
  /** Ids in `names` and `versions`. */
  name: Uint32Array = NO_UINT32;
  version: Uint32Array = NO_UINT32;
  readonly names: Dictionary = Dictionary.whenNeeded(16, 1 << 10);
  readonly versions: Dictionary = Dictionary.whenNeeded(16, 1 << 8);
  readonly attributes: AttributeList = AttributeList.whenNeeded(16, 1 << 8);
  attributeEnd: Uint32Array = NO_UINT32;
  droppedAttributesCount: Uint32Array = NO_UINT32;
  #marked = 0;

  constructor(rows = 16) {
    this.growTo(rows);
  }

  growTo(rows: number): void {
    this.messageId = growUint32(this.messageId, rows);
    this.rowOfMessage = growInt32(this.rowOfMessage, rows + 1);
    this.name = growUint32(this.name, rows);
    this.version = growUint32(this.version, rows);
    this.attributeEnd = growUint32(this.attributeEnd, rows * 2);
    this.droppedAttributesCount = growUint32(this.droppedAttributesCount, rows);
    this.capacity = rows;
  }

  mark(): void {
    this.#marked = this.count;
    this.messages.mark();
    this.names.mark();
    this.versions.mark();
    this.attributes.mark();
  }

  rollback(): void {
    this.count = this.#marked;
    this.messages.rollback();
    this.names.rollback();
    this.versions.rollback();
    this.attributes.rollback();
    this.rowOfMessage.fill(0);
    for (let row = 0; row < this.count; row++) this.rowOfMessage[this.messageId[row]] = row + 1;
  }

  reset(): void {
    this.count = 0;
    this.messages.reset();
    this.names.reset();
    this.versions.reset();
    this.attributes.reset();
    this.rowOfMessage.fill(0);
  }
}
