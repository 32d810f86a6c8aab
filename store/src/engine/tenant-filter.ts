import type { EngineConnection } from './engine-connection.ts';
import { CODES, engineError } from './engine-error.ts';
import { stringLiteral } from './sql-literals.ts';
import { tokenize } from './sql-tokens.ts';

/** Column that says whose a row is; first in every table of Sonde. */
const TENANT_COLUMN = 'tenant';
const SYSTEM_DATABASES = "('system', 'information_schema', 'INFORMATION_SCHEMA')";

const TABLES = `
SELECT concat(t.database, '.', t.name), c.name != '', t.name, t.engine
FROM system.tables AS t
LEFT JOIN (SELECT database, table, name FROM system.columns WHERE name = '${TENANT_COLUMN}') AS c
  ON c.database = t.database AND c.table = t.name
WHERE t.database NOT IN ${SYSTEM_DATABASES} AND t.engine != 'View'`;

/**
 * Engines whose rows are always read through a filter. Of others a join looks keys up past it
 * (measured on 26.7: Join, Dictionary), or `IN` does (Set).
 */
const FILTERED_ENGINES: ReadonlySet<string> = new Set([
  ...['Alias', 'Buffer', 'Distributed', 'Log', 'MaterializedView', 'Memory', 'Merge', 'Null'],
  ...['StripeLog', 'TinyLog'],
]);

function isFiltered(engine: string): boolean {
  return engine.endsWith('MergeTree') || FILTERED_ENGINES.has(engine);
}

interface StoredTable {
  readonly path: string;
  readonly hasTenant: boolean;
  readonly name: string;
  readonly engine: string;
}

function parseRow(line: string): StoredTable {
  const row: unknown = JSON.parse(line);
  if (!Array.isArray(row)) throw new Error('the engine answered no list of tables');
  const [path, hasTenant, name, engine] = row;
  return {
    path: String(path),
    hasTenant: Number(hasTenant) === 1,
    name: String(name),
    engine: String(engine),
  };
}

/** What one tenant may see. */
export interface TenantFilters {
  /** `additional_table_filters`: a table's path and the condition of its rows. */
  readonly filters: ReadonlyArray<[string, string]>;
  /** Names of tables that no filter holds for; a statement must not name one. */
  readonly unfiltered: ReadonlySet<string>;
}

/**
 * For one tenant: its rows of every table that has the column, and no row of any other. Views need
 * none, the tables below them are filtered; what a view joins with a dictionary is shown. Asked for
 * anew by every statement, so that a new table is never open.
 */
export async function tenantFilters(
  control: EngineConnection,
  tenant: string,
): Promise<TenantFilters> {
  const answer = await control.query({ sql: TABLES, format: 'JSONCompactEachRow', parameters: [] });
  const lines = answer.data
    .toString('utf8')
    .split('\n')
    .filter((line) => line !== '');
  const tables = lines.map(parseRow);
  const condition = `${TENANT_COLUMN} = ${stringLiteral(tenant)}`;
  return {
    filters: tables.map(({ path, hasTenant }) => [path, hasTenant ? condition : '0']),
    unfiltered: new Set(tables.filter((t) => !isFiltered(t.engine)).map((t) => t.name)),
  };
}

/** Throws `EngineError` 497 for a statement (checked by `checkUserStatement`) that names one of them. */
export function refuseUnfiltered(sql: string, unfiltered: ReadonlySet<string>): void {
  if (unfiltered.size === 0) return;
  for (const token of tokenize(sql, { strict: true })) {
    const isName = token.kind === 'word' || token.kind === 'quoted';
    if (!isName || !unfiltered.has(Buffer.from(token.text, 'latin1').toString('utf8'))) continue;
    throw engineError(
      CODES.accessDenied,
      `user: Not enough privileges for ${token.text}: rows of its engine cannot be told apart by tenant`,
    );
  }
}
