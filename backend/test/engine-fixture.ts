import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  createStoreClient,
  migrate,
  type SpawnedEngine,
  Sql,
  type StoreClient,
  spawnEngine,
} from '@sonde/store';
import { z } from 'zod';
import type { BackendOptions } from '../src/index.ts';
import { type RunningBackend, runBackend } from './backend-fixture.ts';

const TOKEN = 'internal-token-of-the-tests';

export interface Sonde extends RunningBackend {
  readonly engine: SpawnedEngine;
  readonly store: StoreClient;
  readonly role: BackendOptions['store'];
  /** One more backend on the same engine. */
  another(options: Partial<BackendOptions>): Promise<RunningBackend>;
  /** Statements of the tests: text written here, never from outside. */
  run(statement: string): Promise<void>;
  rows(statement: string): Promise<readonly Record<string, unknown>[]>;
  /** The plan of a statement with the indexes it uses. */
  explain(statement: Sql): Promise<string>;
  /** The answer's JSON, held to its schema; fails on any other status than 200. */
  get<T>(path: string, schema: z.ZodType<T>): Promise<T>;
}

const RowSchema = z.record(z.string(), z.unknown());

const ExplainSchema = z.object({ explain: z.string() });

const statementOf = (text: string): Sql => new Sql([text], []);

/** The real engine with Sonde's schema, and a backend on it. */
export async function runSonde(options: {
  migrated: boolean;
  /** Recurring work of the backend; false where a test does it by its own clock. */
  jobs?: boolean;
}): Promise<Sonde> {
  const directory = mkdtempSync(join(tmpdir(), 'sonde-engine-'));
  const engine = await spawnEngine({ directory, tokens: [{ role: 'internal', token: TOKEN }] });
  const role = { url: engine.url, role: 'internal', token: TOKEN } as const;
  // The database is there only after the migration, so this client names none for it.
  const bare = createStoreClient(role);
  if (options.migrated) await migrate(bare);
  await bare.close();
  const store = createStoreClient({ ...role, database: 'sonde' });
  const rows = async (text: string): Promise<readonly Record<string, unknown>[]> =>
    (await store.query(statementOf(text), RowSchema)).rows;
  const run = async (text: string): Promise<void> => {
    await store.command(statementOf(text));
  };
  const running = await runBackend({ store: role, jobs: options.jobs ?? true });
  return {
    ...running,
    engine,
    store,
    role,
    another: (more) => runBackend({ store: role, ...more }),
    run,
    rows,
    explain: async (statement) => {
      const explain = new Sql(['EXPLAIN indexes = 1 ', ''], [statement]);
      const plan = await store.query(explain, ExplainSchema);
      return plan.rows.map((row) => row.explain).join('\n');
    },
    get: async (path, schema) => {
      const response = await fetch(`${running.url}${path}`);
      const body: unknown = await response.json();
      if (response.status !== 200) throw new Error(`${response.status} ${JSON.stringify(body)}`);
      return schema.parse(body);
    },
    close: async () => {
      await running.close();
      await store.close();
      await engine.stop();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
