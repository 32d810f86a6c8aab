import { onCluster } from '../schema/cluster.ts';
import {
  logLeavesTable,
  logPatterns1dTable,
  logPatterns1dView,
  logPatterns1mTable,
  logPatterns1mView,
  logPatternsTable,
} from '../schema/log-patterns.ts';
import { LOG_PATTERN_INDEX, logsTable } from '../schema/logs.ts';
import {
  addColumnSql,
  createTableSql,
  createViewSql,
  type SchemaOptions,
} from '../schema/table.ts';
import type { Migration } from './migration.ts';

/** Patterns of log lines: of rows that come from now on; those before have the id 0. */
export const LOG_PATTERNS: Migration = {
  version: 8,
  name: 'log patterns',
  statements: (options: SchemaOptions): readonly string[] => {
    const logs = logsTable(options);
    const columns = ['service_version', 'pattern_id', 'pattern_variables'];
    return [
      ...columns.map((name) => addColumnSql(logs, name, options)),
      `ALTER TABLE ${options.database}.logs${onCluster(options)} ` +
        `ADD INDEX IF NOT EXISTS ${LOG_PATTERN_INDEX}`,
      ...[logPatterns1mTable(), logPatterns1dTable(), logLeavesTable(), logPatternsTable()].map(
        (table) => createTableSql(table, options),
      ),
      // The one that reads the other's rows first: no row is missed between them.
      createViewSql(logPatterns1dView(options), options),
      createViewSql(logPatterns1mView(options), options),
    ];
  },
};
