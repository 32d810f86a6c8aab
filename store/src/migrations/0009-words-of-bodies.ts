import { onCluster } from '../schema/cluster.ts';
import { bodyIndexes } from '../schema/search-index.ts';
import type { SchemaOptions } from '../schema/table.ts';
import type { Migration } from './migration.ts';

/** A wider index of the words in bodies; parts that are there get it in the background. */
export const WORDS_OF_BODIES: Migration = {
  version: 9,
  name: 'words of bodies',
  statements: (options: SchemaOptions): readonly string[] => {
    const table = `ALTER TABLE ${options.database}.logs${onCluster(options)}`;
    return bodyIndexes(options.searchIndex).flatMap((index) => [
      `${table} DROP INDEX IF EXISTS i_body`,
      `${table} ADD ${index.replace('INDEX', 'INDEX IF NOT EXISTS')}`,
      `${table} MATERIALIZE INDEX i_body`,
    ]);
  },
};
