import { red1mView } from '../schema/red-1m.ts';
import { nameViewSql, type SchemaOptions } from '../schema/table.ts';
import type { Migration } from './migration.ts';

/** A file system that cannot exchange two names: there the next start of the server does it. */
const NOT_IMPLEMENTED = 48;

/** What version 13 changed goes into tokens by its name again. */
export const VIEWS_BY_NAME: Migration = {
  version: 16,
  name: 'views by name in tokens',
  statements: (options: SchemaOptions): readonly string[] => [
    nameViewSql(red1mView(options), options),
  ],
  toleratedCodes: [NOT_IMPLEMENTED],
};
