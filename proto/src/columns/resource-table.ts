import { AttributeList } from './attribute-list.ts';
import { Dictionary } from './dictionary.ts';
import { growInt32, growUint32, NO_INT32, NO_UINT32 } from './grow.ts';

/**
 * The distinct resources of a batch: interned by the bytes of the `Resource` message, decoded once.
 * Rows of the batch hold an index into this table.
 */
export class ResourceTable {
  count = 0;
  capacity = 0;
  /** The messages as sent; id `messageId[i]` reads what no column holds (entity_refs, unknown fields). */
  readonly messages: Dictionary = Dictionary.whenNeeded(16, 1 << 12);
  messageId: Uint32Array = NO_UINT32;
  /** Row + 1 of the message with that id; 0 while it has none. */
  rowOfMessage: Int32Array = NO_INT32;
  readonly attributes: AttributeList = new AttributeList(256, 1 << 12);
  /** Two words an entry (a Native u64 offset): the high word is 0. */
  attributeEnd: Uint32Array = NO_UINT32;
  droppedAttributesCount: Uint32Array = NO_UINT32;
  /** 64-bit, low word first: `stableHash64` over the attributes, whatever their order. */
  fingerprint: Uint32Array = NO_UINT32;
  /** Ids in `serviceNames`; `service.name` as sent, 0 when absent. */
  serviceName: Uint32Array = NO_UINT32;
  readonly serviceNames: Dictionary = Dictionary.whenNeeded(16, 1 << 9);
  #marked = 0;

  constructor(rows = 16) {
    this.growTo(rows);
  }

  growTo(rows: number): void {
    this.messageId = growUint32(this.messageId, rows);
    // Ids start at 1 and the empty message is id 0: one more id than rows.
    this.rowOfMessage = growInt32(this.rowOfMessage, rows + 1);
    this.attributeEnd = growUint32(this.attributeEnd, rows * 2);
    this.droppedAttributesCount = growUint32(this.droppedAttributesCount, rows);
    this.fingerprint = growUint32(this.fingerprint, rows * 2);
    this.serviceName = growUint32(this.serviceName, rows);
    this.capacity = rows;
  }

  mark(): void {
    this.#marked = this.count;
    this.messages.mark();
    this.attributes.mark();
    this.serviceNames.mark();
  }

  rollback(): void {
    this.count = this.#marked;
    this.messages.rollback();
    this.attributes.rollback();
    this.serviceNames.rollback();
    this.rowOfMessage.fill(0);
    for (let row = 0; row < this.count; row++) this.rowOfMessage[this.messageId[row]] = row + 1;
  }

  reset(): void {
    this.count = 0;
    this.messages.reset();
    this.attributes.reset();
    this.serviceNames.reset();
    this.rowOfMessage.fill(0);
  }
}
