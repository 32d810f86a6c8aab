import type { SchemaOptions } from '@sonde/store';
import type { SignalRetention } from './retention-classes.ts';
import type { StoredKeys } from './stored-keys.ts';

/** What the blocks of one batch are made of. */
export interface BatchOptions<C> {
  readonly schema: SchemaOptions;
  readonly columns: C;
  readonly retention: SignalRetention;
  readonly stored: StoredKeys;
}
