import { Dictionary, intern, type ResourceTable } from '@sonde/proto';
import { deriveIdentity, type Identity } from './identity.ts';
import { deriveOrigin, type Origin } from './origin.ts';
import { readAttributes } from './read-attributes.ts';

/** Who a resource is. */
export interface KnownIdentity {
  readonly identity: Identity;
  readonly origin: Origin;
  /** `service.version`; empty where there is none. */
  readonly version: string;
}

/** Resources remembered, and bytes of their messages; beyond either all are forgotten. */
const RESOURCES_MAX = 4096;
const MESSAGE_BYTES_MAX: number = 4 * 1024 * 1024;

/**
 * Identities of the resources that came lately, by the bytes of their messages: a fleet sends the
 * same ones with every request, and deriving an identity reads all attributes as text.
 */
export class KnownIdentities {
  #messages = new Dictionary(64, 1 << 14);
  #known: (KnownIdentity | undefined)[] = [];

  /** Of entry `row` of a batch's table. */
  of(resources: ResourceTable, row: number): KnownIdentity {
    const id = this.#idOf(resources, row);
    const known = this.#known[id] ?? derive(resources, row);
    this.#known[id] = known;
    return known;
  }

  #idOf({ messages, messageId }: ResourceTable, row: number): number {
    if (this.#messages.count > RESOURCES_MAX || this.#messages.run.length > MESSAGE_BYTES_MAX) {
      this.#messages = new Dictionary(64, 1 << 14);
      this.#known = [];
    }
    const { bytes, view } = messages.run;
    let start = messages.offset[messageId[row]];
    const end = messages.offset[messageId[row] + 1];
    // Behind the length before them, a varint.
    while (bytes[start] > 127) start++;
    start++;
    return intern(this.#messages, bytes, view, start, end - start);
  }
}

function derive(resources: ResourceTable, row: number): KnownIdentity {
  const attributes = readAttributes(resources.attributes, resources.attributeEnd, row);
  return {
    identity: deriveIdentity(attributes),
    origin: deriveOrigin(attributes),
    version: attributes.get('service.version') ?? '',
  };
}
