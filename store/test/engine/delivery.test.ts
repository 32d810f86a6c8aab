import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createStoreClient, type StoreClient, sql, uint64Number } from '@sonde/store';
import { afterAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import {
  type EngineUnderTest,
  INGEST_TOKEN,
  INTERNAL_TOKEN,
  startTestEngine,
} from './engine-under-test.ts';
import { nativeBlock } from './native-block.ts';

const ROWS_PER_BLOCK = 2000;
const ROUNDS = 3;
const BLOCKS_MAX = 1000;

const BatchRow = z.object({ batch: uint64Number, rows: uint64Number });
const folders: string[] = [];

async function newDirectory(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'sonde-delivery-'));
  folders.push(folder);
  return folder;
}

afterAll(async () => {
  for (const folder of folders) await rm(folder, { recursive: true, force: true });
});

function clients(under: EngineUnderTest): { internal: StoreClient; ingest: StoreClient } {
  const { url } = under;
  return {
    internal: createStoreClient({ url, role: 'internal', token: INTERNAL_TOKEN }),
    ingest: createStoreClient({ url, role: 'ingest', token: INGEST_TOKEN }),
  };
}

function block(batch: number): Uint8Array {
  const text = Buffer.from('a row\n\nwith a blank line');
  return nativeBlock(Array.from({ length: ROWS_PER_BLOCK }, () => [BigInt(batch), text]));
}

/** Inserts batch after batch until the engine is gone; tells of each that was acknowledged. */
async function insertUntilKilled(
  ingest: StoreClient,
  from: number,
  acknowledged: Set<number>,
  onAcknowledged: () => void,
): Promise<number> {
  for (let batch = from; batch < from + BLOCKS_MAX; batch++) {
    try {
      await ingest.insertNative('kill.t', block(batch), { token: `t/0/${batch}` });
    } catch {
      return batch;
    }
    acknowledged.add(batch);
    onAcknowledged();
  }
  throw new Error('the engine was not killed');
}

async function storedBatches(internal: StoreClient): Promise<Map<number, number>> {
  const statement = sql`SELECT n AS batch, count() AS rows FROM kill.t GROUP BY n`;
  const { rows } = await internal.query(statement, BatchRow);
  return new Map(rows.map((row) => [row.batch, row.rows]));
}

describe('the engine under SIGKILL', () => {
  it('holds every acknowledged row once, and takes a replay of the rest once', async () => {
    const directory = await newDirectory();
    const acknowledged = new Set<number>();
    let next = 0;
    for (let round = 0; round < ROUNDS; round++) {
      const under = await startTestEngine({ directory });
      const { internal, ingest } = clients(under);
      await internal.command(sql`CREATE DATABASE IF NOT EXISTS kill ENGINE = Atomic`);
      await internal.command(sql`CREATE TABLE IF NOT EXISTS kill.t (n UInt64, s String)
        ENGINE = MergeTree ORDER BY n SETTINGS non_replicated_deduplication_window = 1000`);
      let killed: Promise<void> | undefined;
      const until = acknowledged.size + 5 + round * 3;
      next = await insertUntilKilled(ingest, next, acknowledged, () => {
        if (acknowledged.size === until) killed = under.engine.kill();
      });
      await killed;
      await Promise.all([internal.close(), ingest.close()]);

      const reopened = await startTestEngine({ directory });
      const again = clients(reopened);
      const stored = await storedBatches(again.internal);
      for (const batch of acknowledged)
        expect([batch, stored.get(batch)]).toEqual([batch, ROWS_PER_BLOCK]);
      // The one in flight may be there, whole; a replay under its token makes it once in any case.
      expect([undefined, ROWS_PER_BLOCK]).toContain(stored.get(next));
      await again.ingest.insertNative('kill.t', block(next), { token: `t/0/${next}` });
      acknowledged.add(next);
      next++;
      const replayed = await storedBatches(again.internal);
      expect(replayed).toEqual(new Map([...acknowledged].map((batch) => [batch, ROWS_PER_BLOCK])));
      await Promise.all([again.internal.close(), again.ingest.close()]);
      expect(await reopened.engine.stop()).toBe(0);
    }
  });

  it('still knows a token after it was killed and opened again', async () => {
    const directory = await newDirectory();
    const first = await startTestEngine({ directory });
    const before = clients(first);
    await before.internal.command(sql`CREATE DATABASE kill ENGINE = Atomic`);
    await before.internal.command(sql`CREATE TABLE kill.t (n UInt64, s String)
      ENGINE = MergeTree ORDER BY n SETTINGS non_replicated_deduplication_window = 1000`);
    await before.ingest.insertNative('kill.t', block(1), { token: 'same' });
    await first.engine.kill();
    await Promise.all([before.internal.close(), before.ingest.close()]);

    const second = await startTestEngine({ directory });
    const after = clients(second);
    await after.ingest.insertNative('kill.t', block(1), { token: 'same' });
    expect(await storedBatches(after.internal)).toEqual(new Map([[1, ROWS_PER_BLOCK]]));
    await Promise.all([after.internal.close(), after.ingest.close()]);
    expect(await second.engine.stop()).toBe(0);
  });
});
