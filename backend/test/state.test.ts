import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { DEFAULT_SETTINGS } from '@sonde/pipeline/settings';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { MIGRATIONS, SqliteStateStore, VersionConflict } from '../src/state/index.ts';

let folder: string;
let path: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sonde-state-'));
  path = join(folder, 'deep', 'state.db');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const by = (actor: string, nowMs = 1000) => ({ actor, nowMs });

function withLogs(version: number, logsDays: number) {
  return {
    ...DEFAULT_SETTINGS,
    version,
    retention: { ...DEFAULT_SETTINGS.retention, logsDays },
  };
}

describe('settings versions', () => {
  it('start with the defaults as version 0', async () => {
    const store = new SqliteStateStore({ path });
    expect((await store.settings.current()).settings).toEqual(DEFAULT_SETTINGS);
    expect((await store.settings.version(0))?.settings).toEqual(DEFAULT_SETTINGS);
    expect(await store.settings.version(1)).toBeUndefined();
    await store.close();
  });

  it('grow by one, keep every old content, and survive a reopening', async () => {
    const first = new SqliteStateStore({ path });
    await first.settings.put(withLogs(0, 3), by('ann', 10));
    await first.settings.put(withLogs(1, 5), by('bob', 20));
    await first.close();
    const second = new SqliteStateStore({ path });
    const list = await second.settings.list(10);
    expect(list.map((v) => [v.settings.version, v.settings.retention.logsDays])).toEqual([
      [2, 5],
      [1, 3],
      [0, 14],
    ]);
    expect(list[0]).toMatchObject({ actor: 'bob', createdMs: 20 });
    expect((await second.settings.version(1))?.settings.retention.logsDays).toBe(3);
    await second.close();
  });

  it('refuse a change that is based on an older version, also from another process', async () => {
    const mine = new SqliteStateStore({ path });
    const theirs = new SqliteStateStore({ path });
    await mine.settings.put(withLogs(0, 3), by('ann'));
    await expect(theirs.settings.put(withLogs(0, 9), by('bob'))).rejects.toThrow(VersionConflict);
    expect((await theirs.settings.current()).settings.retention.logsDays).toBe(3);
    await mine.close();
    await theirs.close();
  });
});

describe('leases', () => {
  const lease = { name: 'rollups', ttlMs: 1000 };

  it('have one holder until they expire, and a term that grows with every new holder', async () => {
    const store = new SqliteStateStore({ path });
    const { leases } = store;
    expect(await leases.acquire({ ...lease, holder: 'a', nowMs: 0 })).toMatchObject({ term: 1 });
    expect(await leases.acquire({ ...lease, holder: 'b', nowMs: 999 })).toBeUndefined();
    expect(await leases.acquire({ ...lease, holder: 'a', nowMs: 999 })).toMatchObject({
      term: 1,
      expiresMs: 1999,
    });
    expect(await leases.acquire({ ...lease, holder: 'b', nowMs: 1999 })).toMatchObject({ term: 2 });
    await leases.release('rollups', 'a');
    expect(await leases.acquire({ ...lease, holder: 'a', nowMs: 2000 })).toBeUndefined();
    await leases.release('rollups', 'b');
    expect(await leases.acquire({ ...lease, holder: 'a', nowMs: 2000 })).toMatchObject({ term: 3 });
    await store.close();
  });
});

describe('the file', () => {
  it('that is damaged is named, with what to do and what it costs', () => {
    mkdirSync(dirname(path));
    writeFileSync(path, Buffer.alloc(8192, 'not sqlite'));
    expect(() => new SqliteStateStore({ path })).toThrow(path);
    expect(() => new SqliteStateStore({ path })).toThrow(/damaged.*Move it.*telemetry is not/);
  });

  it('of a later release is refused in words', async () => {
    const future = { number: MIGRATIONS.length + 1, name: 'future', sql: 'CREATE TABLE f (a)' };
    await new SqliteStateStore({ path, migrations: [...MIGRATIONS, future] }).close();
    expect(() => new SqliteStateStore({ path })).toThrow(/later release of Sonde/);
  });

  it('of an earlier release is migrated and keeps its rows', async () => {
    const old = new SqliteStateStore({ path, migrations: MIGRATIONS.slice(0, 1) });
    await old.settings.put(withLogs(0, 4), by('ann'));
    await old.close();
    const now = new SqliteStateStore({ path });
    expect((await now.settings.current()).settings.retention.logsDays).toBe(4);
    expect(await now.leases.acquire({ name: 'x', holder: 'a', ttlMs: 1, nowMs: 0 })).toBeDefined();
    await now.close();
  });

  it('holds what was committed when its process is killed', async () => {
    const module = new URL('../src/state/index.ts', import.meta.url).href;
    const script = `const { SqliteStateStore } = await import(${JSON.stringify(module)});
      const store = new SqliteStateStore({ path: ${JSON.stringify(path)} });
      await store.settings.put(${JSON.stringify(withLogs(0, 7))}, { actor: 'ann', nowMs: 1 });
      process.stdout.write('done'); setInterval(() => {}, 1000);`;
    const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script]);
    await once(child.stdout, 'data');
    child.kill('SIGKILL');
    await once(child, 'exit');
    const store = new SqliteStateStore({ path });
    expect((await store.settings.current()).settings.retention.logsDays).toBe(7);
    await store.close();
  });
});
