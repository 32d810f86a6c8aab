import { AttributeList } from './attribute-list.ts';
import { Dictionary } from './dictionary.ts';

/** The distinct instrumentation scopes of a batch, interned by the bytes of the message. */
export class ScopeTable {
  count = 0;
  readonly messages: Dictionary = new Dictionary(256, 1 << 16);
  messageId: Uint32Array = new Uint32Array(256);
  /** Ids in `names` and `versions`. */
  name: Uint32Array = new Uint32Array(256);
  version: Uint32Array = new Uint32Array(256);
  readonly names: Dictionary = new Dictionary(256, 1 << 13);
  readonly versions: Dictionary = new Dictionary(256, 1 << 12);
  readonly attributes: AttributeList = new AttributeList(256, 1 << 12);
  attributeEnd: Uint32Array = new Uint32Array(512);
  droppedAttributesCount: Uint32Array = new Uint32Array(256);
}
