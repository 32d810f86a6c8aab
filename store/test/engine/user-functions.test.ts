import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createStoreClient, migrate } from '@sonde/store';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type EngineFunction, FunctionPolicy } from '../../src/engine/function-policy.ts';
import { tokenize } from '../../src/engine/sql-tokens.ts';
import { FUNCTIONS, SYNTAX_WORDS, TABLE_FUNCTIONS } from '../../src/engine/user-functions.ts';
import { ask, type DoorAnswer } from './door-request.ts';
import {
  type EngineUnderTest,
  INTERNAL_TOKEN,
  startTestEngine,
  TENANT_TOKEN,
} from './engine-under-test.ts';
import { TYPICAL_STATEMENTS } from './typical-statements.ts';

const GOLDEN = fileURLToPath(new URL('user-functions.txt', import.meta.url));
const PAGES = fileURLToPath(new URL('../../../backend/src', import.meta.url));
const FunctionRows = z.array(z.tuple([z.string(), z.number(), z.string(), z.string(), z.string()]));

let under: EngineUnderTest;
let functions: readonly EngineFunction[];
let policy: FunctionPolicy;

function asUser(body: string, params: Record<string, string> = {}): Promise<DoorAnswer> {
  return ask(under.url, 'user', '', { body, params });
}

async function readNames(table: string): Promise<string[]> {
  return (await asUser(`SELECT name FROM system.${table}`)).text.trim().split('\n');
}

/** What stands in the sql`...` templates of a file, without the parts that TypeScript fills in. */
function sqlTemplates(source: string): string[] {
  return [...source.matchAll(/\bsql`/g)].map((match) => {
    let text = '';
    let depth = 0;
    for (let at = match.index + match[0].length; at < source.length; at++) {
      if (depth === 0 && source[at] === '`') break;
      if (source.startsWith('${', at)) depth++;
      else if (depth > 0 && source[at] === '}') depth--;
      else if (depth === 0) text += source[at];
    }
    return text;
  });
}

function calledNames(sql: string): string[] {
  const tokens = [...tokenize(sql, { strict: false })];
  return tokens.flatMap((token, at) =>
    // Behind INTO stands a table with its columns.
    token.kind === 'word' && tokens[at + 1]?.text === '(' && tokens[at - 1]?.text !== 'INTO'
      ? [token.text]
      : [],
  );
}

beforeAll(async () => {
  under = await startTestEngine();
  const client = createStoreClient({ url: under.url, role: 'internal', token: INTERNAL_TOKEN });
  await migrate(client);
  await client.close();
  const sql =
    'SELECT name, is_aggregate, alias_to, categories, toString(origin) FROM system.functions ' +
    'FORMAT JSONCompactEachRow';
  const lines = (await asUser(sql)).text.trim().split('\n');
  functions = FunctionRows.parse(lines.map((line): unknown => JSON.parse(line))).map(
    ([name, isAggregate, aliasTo, category, origin]) => ({
      name,
      isAggregate: isAggregate === 1,
      aliasTo,
      category,
      origin,
    }),
  );
  policy = new FunctionPolicy({
    functions,
    tableFunctions: await readNames('table_functions'),
    combinators: await readNames('aggregate_function_combinators'),
    dataTypes: await readNames('data_type_families'),
  });
});
afterAll(() => under.close());

describe('the functions of a user', () => {
  it('are the reviewed ones: a new one of a later engine is looked at first', async () => {
    await expect(`${policy.names.join('\n')}\n`).toMatchFileSnapshot(GOLDEN);
  });

  it('are all functions of this engine, as the list of them says', async () => {
    const known = new Set(functions.map((found) => found.name));
    expect(FUNCTIONS.filter((name) => !known.has(name))).toEqual([]);
    const tables = new Set(await readNames('table_functions'));
    expect(TABLE_FUNCTIONS.filter((name) => !tables.has(name))).toEqual([]);
  });

  it('are not widened by words of the grammar', () => {
    const closed = functions.filter((found) => !policy.allows(found.name, true));
    expect(closed.length).toBeGreaterThan(100);
    const words = new Set(SYNTAX_WORDS);
    expect(closed.filter((found) => words.has(found.name.toLowerCase()))).toEqual([]);
    expect(closed.filter((found) => policy.allows(found.name, false))).toEqual([]);
  });

  it('take suffixes when they are aggregates, and only then', () => {
    for (const name of ['sumIf', 'quantilesTDigestArrayIfMergeState', 'COUNTIf', 'anyOrNull']) {
      expect([name, policy.allows(name, false)]).toEqual([name, true]);
    }
    for (const name of ['fileIf', 'If', 'State', 'urlArray', 'getMacroState', 'lengthIf']) {
      expect([name, policy.allows(name, true)]).toEqual([name, name === 'If']);
    }
  });

  it('cover every function that the pages call', () => {
    const files = readdirSync(PAGES, { recursive: true, encoding: 'utf8' });
    const names = files
      .filter((name) => name.endsWith('.ts'))
      .flatMap((name) => sqlTemplates(readFileSync(join(PAGES, name), 'utf8')))
      .flatMap((sql) => calledNames(sql));
    expect(new Set(names).size).toBeGreaterThan(20);
    expect([...new Set(names)].filter((name) => !policy.allows(name, false))).toEqual([]);
  });

  it('leave every column of the schema readable by its bare name', async () => {
    const sql = "SELECT DISTINCT name FROM system.columns WHERE database = 'sonde'";
    const columns = (await asUser(sql)).text.trim().split('\n');
    expect(columns.length).toBeGreaterThan(30);
    expect(columns.filter((name) => policy.isForbiddenValue(name))).toEqual([]);
  });

  it('suffice for what people and their tools ask', async () => {
    const refused: string[] = [];
    for (const [sql, params] of TYPICAL_STATEMENTS) {
      for (const token of ['', TENANT_TOKEN]) {
        const body = { body: sql, params: { ...params, database: 'sonde' } };
        const answer = await ask(under.url, 'user', token, body);
        const forTenant = token !== '' && (sql.startsWith('EXPLAIN') || sql.includes('Identifier'));
        if (answer.status !== 200 && !forTenant) refused.push(`${sql}: ${answer.text}`);
      }
    }
    expect(refused).toEqual([]);
  });
});
