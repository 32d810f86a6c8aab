import { Hash64, HashWords, type ResourceTable } from '@sonde/proto';
import { TextTable } from '../native-format/text-table.ts';
import type { Identity } from './identity.ts';
import { KnownIdentities } from './known-identities.ts';

export const IDENTITY_FIELDS: readonly (keyof Identity)[] = [
  'service',
  'namespace',
  'environment',
  'cluster',
  'host',
  'instance',
];

/** One field of the identities of a batch: an id in `texts` a resource. */
export interface IdentityField {
  readonly texts: TextTable;
  readonly ids: Uint32Array;
}

/** Identity and origin of every resource of a batch, derived once a distinct resource. */
export class IdentityTable {
  readonly fields: Readonly<Record<keyof Identity, IdentityField>>;
  /** `service.version` of a resource. */
  readonly versions: IdentityField;
  /** `Origin` a resource. */
  readonly origin: Uint8Array;
  /**
   * What rows name their resource by, two words, low first: the fingerprint of the attributes, with
   * the count of dropped ones hashed in where there are some, so that equal ones are equal rows.
   */
  readonly fingerprint: Uint32Array;

  /** `known` remembers identities from one batch to the next. */
  constructor(resources: ResourceTable, known: KnownIdentities = new KnownIdentities()) {
    const { count } = resources;
    const field = (): IdentityField => ({ texts: new TextTable(), ids: new Uint32Array(count) });
    this.fields = {
      service: field(),
      namespace: field(),
      environment: field(),
      cluster: field(),
      host: field(),
      instance: field(),
    };
    this.versions = field();
    this.origin = new Uint8Array(count);
    this.fingerprint = resources.fingerprint.slice(0, count * 2);
    for (let i = 0; i < count; i++) {
      const { identity, origin, version } = known.of(resources, i);
      this.versions.ids[i] = this.versions.texts.idOf(version);
      for (const name of IDENTITY_FIELDS) {
        const { texts, ids } = this.fields[name];
        ids[i] = texts.idOf(identity[name]);
      }
      this.origin[i] = origin;
      const dropped = resources.droppedAttributesCount[i];
      if (dropped !== 0) hashIn(this.fingerprint, i, dropped);
    }
  }
}

const words = new HashWords(3);
const hash = new Hash64();

function hashIn(fingerprint: Uint32Array, row: number, word: number): void {
  words
    .start()
    .word(fingerprint[row * 2])
    .word(fingerprint[row * 2 + 1])
    .word(word)
    .into(hash);
  fingerprint[row * 2] = hash.low;
  fingerprint[row * 2 + 1] = hash.high;
}
