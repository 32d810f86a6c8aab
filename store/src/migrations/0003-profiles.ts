import {
  profileLocationsTable,
  profileMappingsTable,
  profileSamplesTable,
  profileStacksTable,
  profilesTable,
} from '../schema/profiles.ts';
import { createTableSql, type SchemaOptions } from '../schema/table.ts';
import type { Migration } from './migration.ts';

export const PROFILES: Migration = {
  version: 3,
  name: 'profiles',
  statements: (options: SchemaOptions): readonly string[] =>
    [
      profilesTable(),
      profileSamplesTable(),
      profileStacksTable(),
      profileLocationsTable(),
      profileMappingsTable(),
    ].map((table) => createTableSql(table, options)),
};
