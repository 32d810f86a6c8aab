import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { BufferRange } from '@sonde/pipeline';
import { oracleRows } from '@sonde/proto/test/oracle-rows';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startEngine, startExporter, type TestEngine, telemetryOf } from './engine.ts';
import { profilesRequest as request, PROFILES_TRACE_ID as traceId } from './profiles-request.ts';
import { selectRows } from './stored-rows.ts';

const BODIES = join(import.meta.dirname, '../../../../shared/data/otlp-profiles');
const FRAME_BYTES = 5;
const PAGE = readFileSync(new URL('../../../docs/store.md', import.meta.url), 'utf8');

let engine: TestEngine;

beforeAll(async () => {
  engine = await startEngine();
});

afterAll(async () => {
  await engine.stop();
});

async function send(tenant: string, bytes: Uint8Array, times = 1): Promise<void> {
  const source: BufferRange = { topic: tenant, partition: 0, from: 0, to: 1 };
  for (let i = 0; i < times; i++) {
    const exporter = await startExporter(engine, 'profiles');
    await exporter.consume(telemetryOf('profiles', [{ bytes, tenant }], source));
    await exporter.shutdown(new AbortController().signal);
  }
}

async function one(query: string): Promise<readonly number[]> {
  const [row] = await selectRows(engine, query);
  return Object.values(row ?? {}).map(Number);
}

/** The example of the page, for a tenant and service. */
function flameGraph(tenant: string, service: string): string {
  const [, sql = ''] = /### A flame graph[\s\S]*?```sql\n([\s\S]*?)```/.exec(PAGE) ?? [];
  return sql.replaceAll("'default'", `'${tenant}'`).replace("'checkout'", `'${service}'`);
}

describe('profiles in the store', () => {
  it('keep samples, links and attributes, and what stacks are made of', async () => {
    await send('profiles', request());
    const where = "WHERE tenant = 'profiles'";
    const samples = await selectRows(
      engine,
      `SELECT service, sample_type, sample_unit, value, values, timestamps_unix_nano,
         lower(hex(trace_id)) AS trace, attributes['id'] AS id, attribute_units AS units,
         stack != 0 AS known FROM sonde.profile_samples ${where} ORDER BY value`,
    );
    const shared = { service: 'checkout', sample_type: 'cpu', sample_unit: 'nanoseconds' };
    const none = { trace: '0'.repeat(32), id: '', units: [] };
    expect(samples).toEqual([
      { ...shared, ...none, value: 1n, values: [1n], timestamps_unix_nano: [], known: 0 },
      { ...shared, ...none, value: 3n, values: [], timestamps_unix_nano: [1n, 2n, 3n], known: 1 },
      {
        ...shared,
        value: 25n,
        values: [30n, -5n],
        timestamps_unix_nano: [],
        trace: traceId,
        id: 'b1',
        units: ['nanoseconds'],
        known: 1,
      },
    ]);
    const stacks = await selectRows(
      engine,
      `SELECT frames FROM sonde.profile_stacks ${where} ORDER BY frames`,
    );
    expect(stacks).toEqual([
      { frames: ['scan', 'parse', 'main'] },
      { frames: ['x.so+0xff', 'main'] },
    ]);
    const [location] = await selectRows(
      engine,
      `SELECT l.function_names AS names, l.lines AS lines, l.columns AS columns
       FROM sonde.profile_stacks AS s INNER JOIN sonde.profile_locations AS l
       ON s.tenant = l.tenant AND s.locations[1] = l.location
       WHERE s.tenant = 'profiles' AND s.frames[1] = 'scan'`,
    );
    expect(location).toEqual({ names: ['scan', 'parse'], lines: [0n, 9n], columns: [0n, 2n] });
    const mapping = `SELECT memory_start, memory_limit FROM sonde.profile_mappings ${where}`;
    expect(await one(mapping)).toEqual([4096, 8192]);
    const [profile] = await selectRows(
      engine,
      `SELECT duration_ns, period, samples, original_payload_format AS format,
         original_payload AS payload, scope_name AS scope FROM sonde.profiles ${where}`,
    );
    expect(profile).toEqual({
      duration_ns: 5_000_000_000n,
      period: 10n,
      samples: 3,
      format: 'pprof',
      payload: 'raw',
      scope: 'profiler',
    });
  });

  it('are there once when a range is read again', async () => {
    await send('profiles-again', request(), 2);
    const count = (table: string): Promise<readonly number[]> =>
      one(`SELECT count() FROM sonde.${table} FINAL WHERE tenant = 'profiles-again'`);
    expect(await count('profile_stacks')).toEqual([2]);
    expect(await count('profile_locations')).toEqual([3]);
    const rows = (table: string): Promise<readonly number[]> =>
      one(`SELECT count() FROM sonde.${table} WHERE tenant = 'profiles-again'`);
    expect(await rows('profile_samples')).toEqual([3]);
    expect(await rows('profiles')).toEqual([1]);
  });

  it("give a flame graph by the page's query", async () => {
    await send('flame', request());
    const rows = await selectRows(engine, flameGraph('flame', 'checkout'));
    const folded = rows.map(({ path, total, self }) => [path, total, self]);
    expect(folded).toEqual([
      [['main'], 28n, 0n],
      [['main', 'parse'], 25n, 0n],
      [['main', 'parse', 'scan'], 25n, 25n],
      [['main', 'x.so+0xff'], 3n, 3n],
    ]);
  });
});

describe('profiles of an independent profiler', () => {
  const all = existsSync(BODIES) ? readdirSync(BODIES).filter((name) => name.endsWith('.bin')) : [];

  it.skipIf(all.length > 0)('are absent here: 4 bodies skipped', (context) => context.skip());

  it.each(all)('%s is stored whole', async (name) => {
    const bytes = gunzipSync(readFileSync(join(BODIES, name)).subarray(FRAME_BYTES));
    await send(name, bytes);
    // What is no profile is the request's dictionary.
    const rows = oracleRows('profiles', bytes).filter((row) => row['samples'] !== undefined);
    const samples = rows.flatMap((row) => (Array.isArray(row['samples']) ? row['samples'] : []));
    expect(samples.length).toBeGreaterThan(0);
    const where = `WHERE tenant = '${name}'`;
    expect(await one(`SELECT count() FROM sonde.profiles ${where}`)).toEqual([rows.length]);
    const stored = `SELECT count(), countIf(stack = 0) FROM sonde.profile_samples ${where}`;
    expect(await one(stored)).toEqual([samples.length, 0]);
    // Every sample finds its stack, every stack its locations, and no frame is without a text.
    expect(
      await one(
        `SELECT countIf(notEmpty(t.frames)), countIf(has(t.frames, ''))
         FROM sonde.profile_samples AS s INNER JOIN (
           SELECT * FROM sonde.profile_stacks LIMIT 1 BY tenant, stack
         ) AS t ON s.tenant = t.tenant AND s.stack = t.stack WHERE s.tenant = '${name}'`,
      ),
    ).toEqual([samples.length, 0]);
    expect(
      await one(
        `SELECT count() FROM (SELECT arrayJoin(locations) AS id FROM sonde.profile_stacks ${where})
         WHERE id NOT IN (SELECT location FROM sonde.profile_locations ${where})`,
      ),
    ).toEqual([0]);
  });
});
