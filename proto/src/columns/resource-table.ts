import { AttributeList } from './attribute-list.ts';
import { Dictionary } from './dictionary.ts';

/**
 * The distinct resources of a batch: interned by the bytes of the `Resource` message, decoded once.
 * Rows of the batch hold an index into this table.
 */
export class ResourceTable {
  count = 0;
  /** The messages as sent; id `messageId[i]` reads what no column holds (entity_refs, unknown fields). */
  readonly messages: Dictionary = new Dictionary(256, 1 << 18);
  messageId: Uint32Array = new Uint32Array(256);
  readonly attributes: AttributeList = new AttributeList(4096, 1 << 18);
  /** Two words an entry (a Native u64 offset): the high word is 0. */
  attributeEnd: Uint32Array = new Uint32Array(512);
  droppedAttributesCount: Uint32Array = new Uint32Array(256);
  /** 64-bit, low word first: `stableHash64` over the attributes, whatever their order. */
  fingerprint: Uint32Array = new Uint32Array(512);
  /** Ids in `serviceNames`; `service.name` as sent, 0 when absent. */
  serviceName: Uint32Array = new Uint32Array(256);
  readonly serviceNames: Dictionary = new Dictionary(256, 1 << 13);
}
