import type { EngineConnection } from './engine-connection.ts';
import { stringLiteral } from './sql-literals.ts';

/** Column that says whose a row is; first in every table of Sonde. */
const TENANT_COLUMN = 'tenant';
const SYSTEM_DATABASES = "('system', 'information_schema', 'INFORMATION_SCHEMA')";

const TABLES = `
SELECT concat(t.database, '.', t.name), c.name != ''
FROM system.tables AS t
LEFT JOIN (SELECT database, table, name FROM system.columns WHERE name = '${TENANT_COLUMN}') AS c
  ON c.database = t.database AND c.table = t.name
WHERE t.database NOT IN ${SYSTEM_DATABASES} AND t.engine != 'View'`;

function parseRow(line: string): [string, boolean] {
  const row: unknown = JSON.parse(line);
  if (!Array.isArray(row)) throw new Error('the engine answered no list of tables');
  return [String(row[0]), Number(row[1]) === 1];
}

/**
 * `additional_table_filters` for one tenant: its rows of every table that has the column, and no row
 * of any other. Views need none, the tables below them are filtered. Asked for anew by every
 * statement, so that a new table is never open.
 */
export async function tenantFilters(
  control: EngineConnection,
  tenant: string,
): Promise<Array<[string, string]>> {
  const answer = await control.query({ sql: TABLES, format: 'JSONCompactEachRow', parameters: [] });
  const lines = answer.data
    .toString('utf8')
    .split('\n')
    .filter((line) => line !== '');
  return lines.map((line) => {
    const [table, hasTenant] = parseRow(line);
    return [table, hasTenant ? `${TENANT_COLUMN} = ${stringLiteral(tenant)}` : '0'];
  });
}
