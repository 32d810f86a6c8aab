import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { spawnEngine } from '@sonde/store';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Bucket } from './bucket.ts';
import { ask } from './door-request.ts';
import { INTERNAL_TOKEN, TEST_TOKENS } from './engine-under-test.ts';

let directory: string;
let endpoint: string;
const bucket = new Bucket();

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'sonde-bucket-'));
  endpoint = await bucket.start();
  // The bucket takes whatever signs; a machine has its own.
  process.env['AWS_ACCESS_KEY_ID'] = 'id-of-a-test';
  process.env['AWS_SECRET_ACCESS_KEY'] = 'key-of-a-test';
});

afterAll(async () => {
  bucket.stop();
  await rm(directory, { recursive: true, force: true });
});

describe('a cold volume in a bucket', () => {
  it('takes partitions, reads them back after a kill, and loses the objects with the partition', async () => {
    const open = () =>
      spawnEngine({ directory, tokens: TEST_TOKENS, cold: { kind: 's3', endpoint } });
    let engine = await open();
    const say = async (body: string): Promise<string> =>
      (await ask(engine.url, 'internal', INTERNAL_TOKEN, { body })).text;
    await say('CREATE DATABASE d ENGINE = Atomic');
    await say(
      'CREATE TABLE d.t (day Date, n UInt64) ENGINE = MergeTree PARTITION BY day ORDER BY n ' +
        'SETTINGS old_parts_lifetime = 1',
    );
    for (const day of ['2026-01-01', '2026-01-02']) {
      expect(await say(`INSERT INTO d.t SELECT '${day}', number FROM numbers(100000)`)).toBe('');
    }
    const move = "ALTER TABLE d.t MOVE PARTITION '2026-01-01' TO VOLUME 'cold'";
    expect(await say(move)).toBe('');
    expect(bucket.objects.size).toBeGreaterThan(0);
    await engine.kill();
    engine = await open();
    const disks =
      "SELECT partition, disk_name FROM system.parts WHERE active AND database = 'd' ORDER BY 1";
    expect(await say(disks)).toBe('2026-01-01\tcold\n2026-01-02\tdefault\n');
    expect(await say('SELECT count(), sum(n) FROM d.t')).toBe('200000\t9999900000\n');
    await say("ALTER TABLE d.t DROP PARTITION '2026-01-01'");
    await say('DROP TABLE d.t SYNC');
    expect(bucket.objects.size).toBe(0);
    await engine.stop();
  }, 120_000);
});
