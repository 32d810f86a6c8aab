import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createStoreClient, Sql, type StoreClient, spawnEngine } from '@sonde/store';
import { z } from 'zod';
import type { Sonde } from '../../system/sonde.ts';
import { ROOT } from '../../tidy/repository.ts';
import { pause } from './load.ts';

const TOKEN = 'internal-token-of-a-drill';
const LOOK_MS = 2;

/** Rows and words of logs, whatever parts they lie in, what views made of them, tables. */
const DIGEST = `SELECT concat(toString(count()), ' ', toString(sum(cityHash64(body, timestamp))), ' ',
    toString((SELECT sum(records) FROM sonde.log_patterns_1m WHERE service = 'drill')), ' ',
    toString((SELECT count() FROM system.tables WHERE database = 'sonde'))) AS text
  FROM sonde.logs WHERE service = 'drill'`;

const Text = z.object({ text: z.string() });

/**
 * Three days of logs into a Sonde that runs, the oldest of them to its cold volume; resolves with the
 * digest.
 */
export async function fillDays(sonde: Sonde, rowsPerDay: number): Promise<string> {
  const token = readFileSync(join(sonde.directory, 'tokens/internal'), 'utf8').trim();
  const url = sonde.addresses.clickhouse;
  const client = createStoreClient({ url, role: 'internal', token });
  try {
    for (const day of [0, 1, 2]) {
      await client.command(
        new Sql(
          [
            `INSERT INTO sonde.logs (tenant, timestamp, service, body, retention_days)
             SELECT 'default', toDateTime64(today(), 9, 'UTC') - toIntervalDay(${day}), 'drill',
               concat('row ', toString(rand64())), 14 FROM numbers(${rowsPerDay})`,
          ],
          [],
        ),
      );
    }
    const oldest = "SELECT min(partition_id) AS text FROM system.parts WHERE table = 'logs'";
    const move = `ALTER TABLE sonde.logs MOVE PARTITION ID '${await textOf(client, oldest)}'`;
    await client.command(new Sql([`${move} TO VOLUME 'cold'`], []));
    return await textOf(client, DIGEST);
  } finally {
    await client.close();
  }
}

/** The digest of the store in a data folder that nobody has open. */
export async function digestOf(data: string, cold?: string): Promise<string> {
  const engine = await spawnEngine({
    directory: join(data, 'store'),
    ...(cold === undefined ? {} : { cold: { kind: 'disk', path: cold } }),
    tokens: [{ role: 'internal', token: TOKEN }],
  });
  const client = createStoreClient({ url: engine.url, role: 'internal', token: TOKEN });
  try {
    return await textOf(client, DIGEST);
  } finally {
    await client.close();
    await engine.stop();
  }
}

async function textOf(client: StoreClient, query: string): Promise<string> {
  return (await client.query(new Sql([query], []), Text)).rows[0]?.text ?? '';
}

/** One run of the command, which may be killed under way. */
export class SondeCommand {
  readonly #child: ChildProcess;
  readonly #exited: Promise<unknown>;
  #output = '';

  constructor(args: readonly string[], bundle: string = join(ROOT, 'cli/dist/sonde.js')) {
    this.#child = spawn(process.execPath, [bundle, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
    this.#exited = once(this.#child, 'exit');
    const onData = (chunk: Buffer): void => {
      this.#output += chunk.toString('utf8');
    };
    this.#child.stdout?.on('data', onData);
    this.#child.stderr?.on('data', onData);
  }

  get isRunning(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** Resolves with what it printed; rejects with it when it fails. */
  async done(): Promise<string> {
    await this.#exited;
    if (this.#child.exitCode !== 0) throw new Error(`it failed: ${this.#output}`);
    return this.#output;
  }

  /** SIGKILL as soon as `isDue`, and so much later; resolves with false when it ended before. */
  async killWhen(isDue: () => boolean, laterMs = 0): Promise<boolean> {
    while (this.isRunning && !isDue()) await pause(LOOK_MS);
    await Promise.race([pause(laterMs), this.#exited]);
    if (!this.isRunning) return false;
    this.#child.kill('SIGKILL');
    await this.#exited;
    return true;
  }
}

/** What a restore that was killed must not leave behind: half a store, or settings without one. */
export function halvesIn(data: string): readonly string[] {
  return ['store/data', 'state.db'].filter((name) => existsSync(join(data, name)));
}

/** Whether a restore has begun to fill its folder. */
export function isRestoring(data: string): boolean {
  const tables = join(data, 'store.restoring/data/store');
  return existsSync(tables) && readdirSync(tables).length > 0;
}

/** The copies that the engine of a running Sonde makes, or has made for somebody who is gone. */
export function copiesIn(data: string): readonly string[] {
  const folder = join(data, 'store/backups');
  return existsSync(folder) ? readdirSync(folder) : [];
}
