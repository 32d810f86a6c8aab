import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type EngineOptions, spawnEngine } from '@sonde/store';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ask } from './door-request.ts';
import {
  type EngineUnderTest,
  INTERNAL_TOKEN,
  startTestEngine,
  TEST_TOKENS,
} from './engine-under-test.ts';

let spare: string;

beforeAll(async () => {
  spare = await mkdtemp(join(tmpdir(), 'sonde-durability-'));
});
afterAll(() => rm(spare, { recursive: true, force: true }));

async function say(under: { readonly url: string }, body: string): Promise<string> {
  return (await ask(under.url, 'internal', INTERNAL_TOKEN, { body })).text;
}

async function withTable(options: Partial<EngineOptions>): Promise<EngineUnderTest> {
  const under = await startTestEngine(options);
  await say(under, 'CREATE DATABASE IF NOT EXISTS d ENGINE = Atomic');
  await say(
    under,
    `CREATE TABLE IF NOT EXISTS d.t (day Date, n UInt64) ENGINE = MergeTree
     PARTITION BY day ORDER BY n SETTINGS old_parts_lifetime = 1`,
  );
  return under;
}

/** Syncs of files and folders since the engine started. */
async function syncs(under: EngineUnderTest): Promise<number> {
  const sql = "SELECT sum(value) FROM system.events WHERE event IN ('FileSync', 'DirectorySync')";
  return Number(await say(under, sql));
}

const INSERT = "INSERT INTO d.t SELECT '2026-01-01', number FROM numbers(1000)";

describe('the store on the disk', () => {
  it('syncs the files and the folder of a part before an insert is answered', async () => {
    const under = await withTable({});
    const before = await syncs(under);
    expect(await say(under, INSERT)).toBe('');
    expect((await syncs(under)) - before).toBeGreaterThanOrEqual(2);
    await under.close();
  });

  it('syncs what was merged, and nothing where it is told so', async () => {
    const under = await withTable({});
    await say(under, INSERT);
    await say(under, INSERT.replace('1000', '2000'));
    const before = await syncs(under);
    await say(under, 'OPTIMIZE TABLE d.t FINAL');
    expect((await syncs(under)) - before).toBeGreaterThanOrEqual(2);
    await under.close();
    const careless = await withTable({ fsync: false });
    const start = await syncs(careless);
    await say(careless, INSERT);
    expect(await syncs(careless)).toBe(start);
    await careless.close();
  });
});

describe('a cold volume', () => {
  const directory = (): string => join(spare, 'store');
  const cold = () => ({ kind: 'disk', path: join(spare, 'cold') }) as const;

  it('takes partitions of a store that had none when it began, and keeps them', async () => {
    const first = await withTable({ directory: directory() });
    await say(first, INSERT);
    await say(first, INSERT.replace('01-01', '01-02'));
    await first.engine.stop();
    const second = await withTable({ directory: directory(), cold: cold() });
    expect(await say(second, "ALTER TABLE d.t MOVE PARTITION '2026-01-01' TO VOLUME 'cold'")).toBe(
      '',
    );
    await second.engine.kill();
    const third = await withTable({ directory: directory(), cold: cold() });
    const disks =
      "SELECT partition, disk_name FROM system.parts WHERE active AND database = 'd' ORDER BY 1";
    expect(await say(third, disks)).toBe('2026-01-01\tcold\n2026-01-02\tdefault\n');
    expect(await say(third, 'SELECT count() FROM d.t')).toBe('2000\n');
    expect(await readdir(join(spare, 'cold', 'store'))).toHaveLength(1);
    await third.engine.stop();
  });

  it('is demanded again when the store is opened, in words', async () => {
    const without = spawnEngine({ directory: directory(), tokens: TEST_TOKENS });
    await expect(without).rejects.toThrow('has rows on the cold volume');
    const path = join(spare, 'elsewhere');
    const other = spawnEngine({ directory: directory(), cold: { kind: 'disk', path } });
    await expect(other).rejects.toThrow(`is opened with ${path}/`);
  });

  it('that is remembered in a broken file is told with the file', async () => {
    const broken = join(spare, 'broken');
    await mkdir(broken);
    await writeFile(join(broken, 'cold-volume.json'), '{"kind":"disk"');
    const start = spawnEngine({ directory: broken, tokens: TEST_TOKENS });
    await expect(start).rejects.toThrow(`${broken}/cold-volume.json is not whole`);
  });
});
