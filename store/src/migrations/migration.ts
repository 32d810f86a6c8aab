import type { SchemaOptions } from '../schema/table.ts';

/**
 * One step of the schema, forward only. Every statement may run again (`IF NOT EXISTS`, `CREATE OR
 * REPLACE`, `ADD COLUMN IF NOT EXISTS`) and while rows are being inserted: a killed migration is
 * finished by the next start. Once released, a migration never changes.
 */
export interface Migration {
  readonly version: number;
  readonly name: string;
  /** In a cluster `holds` names the database of rows on each shard, `reads` that of what is read. */
  readonly statements: (holds: SchemaOptions, reads?: SchemaOptions) => readonly string[];
  /** ClickHouse's codes of a statement that was run before and cannot run again. */
  readonly toleratedCodes?: readonly number[];
}
