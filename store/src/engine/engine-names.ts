import { z } from 'zod';
import type { EngineConnection } from './engine-connection.ts';
import type { EngineFunction, EngineNames } from './function-policy.ts';

const FunctionRow = z.tuple([z.string(), z.number(), z.string(), z.string(), z.string()]);
const NameRow = z.tuple([z.string()]);

async function readRows<T>(
  control: EngineConnection,
  sql: string,
  row: z.ZodType<T>,
): Promise<T[]> {
  const answer = await control.query({ sql, format: 'JSONCompactEachRow', parameters: [] });
  const lines = answer.data.toString('utf8').trim().split('\n');
  return lines.filter((line) => line !== '').map((line) => row.parse(JSON.parse(line)));
}

async function readNames(control: EngineConnection, table: string): Promise<string[]> {
  const rows = await readRows(control, `SELECT name FROM system.${table}`, NameRow);
  return rows.map(([name]) => name);
}

/** Asks the engine for the names of everything that it can call. */
export async function readEngineNames(control: EngineConnection): Promise<EngineNames> {
  const sql =
    'SELECT name, is_aggregate, alias_to, categories, toString(origin) FROM system.functions';
  const rows = await readRows(control, sql, FunctionRow);
  const functions: EngineFunction[] = rows.map(
    ([name, isAggregate, aliasTo, category, origin]) => ({
      name,
      isAggregate: isAggregate === 1,
      aliasTo,
      category,
      origin,
    }),
  );
  return {
    functions,
    tableFunctions: await readNames(control, 'table_functions'),
    combinators: await readNames(control, 'aggregate_function_combinators'),
    dataTypes: await readNames(control, 'data_type_families'),
  };
}
