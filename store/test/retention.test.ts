import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import {
  applyPlan,
  createStoreClient,
  daysUntilFull,
  migrate,
  type PastPolicy,
  planRetention,
  type RetentionPolicy,
  readStorage,
  type SpawnedEngine,
  Sql,
  type StorageState,
  type StoreClient,
  type StoredPartition,
  spawnEngine,
} from '../src/index.ts';

const DAY_MS = 86_400_000;
const GIB = 1024 ** 3;
const TODAY = 20_000;
const NOW_MS = TODAY * DAY_MS + DAY_MS / 2;

const POLICY: RetentionPolicy = {
  tracesDays: 14,
  logsDays: 14,
  metricsDays: 14,
  profilesDays: 14,
  rollupsDays: 90,
  metricRollupsDays: 400,
  coldAfterDays: null,
  sizeMaxBytes: null,
  rules: [],
};
/** The newest version, or an older one until so many days before today. */
function version(retention: RetentionPolicy, replacedDaysAgo?: number): PastPolicy {
  const untilMs =
    replacedDaysAgo === undefined ? Number.POSITIVE_INFINITY : NOW_MS - replacedDaysAgo * DAY_MS;
  return { retention, untilMs };
}
const HOT = { name: 'default', freeBytes: 500 * GIB, totalBytes: 1000 * GIB, isRemote: false };
const COLD = { ...HOT, name: 'cold' };

function part(
  table: string,
  ageDays: number,
  classDays: number | undefined,
  bytes: number = GIB,
): StoredPartition {
  const day = TODAY - ageDays;
  const times = { day, earliestMs: day * DAY_MS };
  return { table, id: `${day}-${classDays}`, ...times, classDays, rows: 1, bytes, coldBytes: 0 };
}

function plan(
  partitions: readonly StoredPartition[],
  more: Partial<RetentionPolicy> = {},
  {
    history = [version(POLICY)],
    disks = [HOT],
  }: { history?: PastPolicy[]; disks?: (typeof HOT)[] } = {},
) {
  const options = { partitions, disks, current: { ...POLICY, ...more }, history, nowMs: NOW_MS };
  return { ...planRetention(options), days: daysUntilFull(options, planRetention(options)) };
}

describe('what leaves', () => {
  it('is what is a day older than its class', () => {
    const [young, old] = [part('spans', 15, 14), part('spans', 16, 14)];
    expect(plan([young, old]).expired).toEqual([old]);
  });

  it('follows the settings when they change, in either direction', () => {
    const stored = part('logs', 10, 14);
    expect(plan([stored], { logsDays: 7 }).expired).toEqual([stored]);
    const old = part('logs', 40, 14);
    expect(plan([old], { logsDays: 60 }).expired).toEqual([]);
  });

  it('follows the rule that gave rows their class, and their signal when the rule is gone', () => {
    const debug = { name: 'debug', signal: 'logs', days: 3 } as const;
    const stored = part('logs', 5, 3);
    const others = part('logs', 5, 14);
    const withRule = { rules: [debug] };
    expect(plan([stored, others], withRule).expired).toEqual([stored]);
    const longer = { rules: [{ ...debug, days: 10 }] };
    const history = [version({ ...POLICY, ...withRule })];
    expect(plan([stored], longer, { history }).expired).toEqual([]);
    expect(plan([stored], { rules: [] }, { history }).expired).toEqual([]);
    expect(plan([part('spans', 5, 3)], withRule).expired).toHaveLength(1);
  });

  it('keeps the series as long as roll-ups of them, which have no labels of their own', () => {
    const [young, old] = [part('metric_series', 390, 14), part('metric_series', 402, 14)];
    expect(plan([young, old]).expired).toEqual([old]);
  });

  it('takes a class for an old number of days of the signal only where rows may be that old', () => {
    const debug = { name: 'debug', signal: 'logs', days: 3 } as const;
    const history = [
      version({ ...POLICY, rules: [debug] }),
      version({ ...POLICY, logsDays: 3 }, 8),
    ];
    const [before, after] = [part('logs', 12, 3), part('logs', 5, 3)];
    expect(plan([before, after], { rules: [debug] }, { history }).expired).toEqual([after]);
  });

  it('keeps catalogues as long as the longest rows that may name them', () => {
    const audit = { name: 'audit', signal: 'profiles', days: 60 } as const;
    const current = { rules: [audit] };
    const history = [version({ ...POLICY, ...current })];
    const [stacks, samples] = [part('profile_stacks', 40, 60), part('profile_samples', 40, 14)];
    expect(plan([stacks, samples], current, { history }).expired).toEqual([samples]);
    expect(plan([stacks], { rules: [] }, { history }).expired).toEqual([stacks]);
    expect(plan([part('resources', 40, 60)], current, { history }).expired).toEqual([]);
  });

  it('is kept by its class where no version of the settings explains it', () => {
    const stored = part('logs', 10, 30);
    expect(plan([stored], { logsDays: 7 }).expired).toEqual([]);
  });

  it('are roll-ups by settings of their own, whole weeks of those of metrics', () => {
    const red = part('red_1m', 20, undefined);
    expect(plan([red]).expired).toEqual([]);
    expect(plan([red], { rollupsDays: 10 }).expired).toEqual([red]);
    const week = part('metric_samples_5m', 17, undefined);
    expect(plan([week], { metricRollupsDays: 10 }).expired).toEqual([]);
    expect(plan([week], { metricRollupsDays: 9 }).expired).toEqual([week]);
  });

  it('are resources when the longest of their class has left', () => {
    const stored = part('resources', 10, 14);
    expect(plan([stored], { tracesDays: 3, logsDays: 3, metricsDays: 3 }).expired).toEqual([]);
    const short = { tracesDays: 3, logsDays: 3, metricsDays: 3, profilesDays: 3 };
    expect(plan([stored], short).expired).toEqual([stored]);
    // A partition of a week: the last of its days decides.
    const week = part('resources_1w', 20, 14);
    expect(plan([week], { tracesDays: 7, logsDays: 7, metricsDays: 7 }).expired).toEqual([]);
    expect(plan([part('resources_1w', 22, 14)]).expired).toHaveLength(1);
    expect(plan([part('resources_1w', 21, 14)]).expired).toEqual([]);
  });
});

describe('the guard', () => {
  const full = [
    part('red_1m', 3, undefined),
    part('metric_samples', 3, 14),
    part('logs', 3, 14),
    part('spans', 2, 14),
    part('spans', 3, 14),
    part('profile_samples', 3, 14),
    part('profile_samples', 0, 14),
  ];

  it('is calm, warns, acts', () => {
    expect(plan(full, { sizeMaxBytes: 20 * GIB }).guard).toBe('calm');
    expect(plan(full, { sizeMaxBytes: 8 * GIB }).guard).toBe('warning');
    expect(plan(full, { sizeMaxBytes: 6 * GIB }).guard).toBe('acting');
  });

  it('drops profiles, traces, logs, samples and roll-ups in this order, the oldest day first', () => {
    const order = plan(full, { sizeMaxBytes: 1 }).sacrificed.map((p) => [p.table, TODAY - p.day]);
    expect(order).toEqual([
      ['profile_samples', 3],
      ['spans', 3],
      ['spans', 2],
      ['logs', 3],
      ['metric_samples', 3],
      ['red_1m', 3],
    ]);
  });

  it('drops no more than it must', () => {
    const { sacrificed } = plan(full, { sizeMaxBytes: 6.5 * GIB });
    expect(sacrificed.map((p) => p.table)).toEqual(['profile_samples']);
  });

  it('keeps today for the cap, gives it up for a disk that is full', () => {
    const today = [part('spans', 0, 14), part('profile_samples', 0, 14)];
    expect(plan(today, { sizeMaxBytes: 1 })).toMatchObject({ guard: 'full', sacrificed: [] });
    const disks = [{ ...HOT, freeBytes: 0 }];
    expect(plan(today, {}, { disks }).sacrificed.map((p) => p.table)).toEqual([
      'profile_samples',
      'spans',
    ]);
  });

  it('has a default: a fifth of the disk, 20 GiB at most', () => {
    expect(plan([]).sizeMaxBytes).toBe(20 * GIB);
    expect(plan([], {}, { disks: [{ ...HOT, totalBytes: 10 * GIB }] }).sizeMaxBytes).toBe(2 * GIB);
  });
});

describe('the forecast', () => {
  it('counts what comes by the last whole days, and what leaves on the way', () => {
    const days = [1, 2, 3].map((age) => part('spans', age, 14));
    expect(plan(days, { sizeMaxBytes: 8 * GIB }).days).toBe(5);
    // Sixteen days of one GiB are all there ever is.
    expect(plan(days, { sizeMaxBytes: 17 * GIB }).days).toBe(null);
  });

  it('takes what came today of a store that is younger', () => {
    expect(plan([part('spans', 0, 14)], { sizeMaxBytes: 9 * GIB }).days).toBe(4);
  });
});

describe('the cold volume', () => {
  it('gets what is old enough, when there is one', () => {
    const stored = [part('spans', 5, 14), part('spans', 2, 14)];
    const disks = [HOT, COLD];
    expect(plan(stored, { coldAfterDays: 3 }).moved).toEqual([]);
    expect(plan(stored, { coldAfterDays: 3 }, { disks }).moved).toEqual([stored[0]]);
    const there = { ...part('spans', 5, 14), coldBytes: GIB };
    expect(plan([there], { coldAfterDays: 3 }, { disks }).moved).toEqual([]);
  });
});

describe('on the engine', () => {
  const TOKEN = 'internal-token-of-a-test';
  let directory: string;
  let engine: SpawnedEngine;
  let client: StoreClient;

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'sonde-retention-'));
    engine = await spawnEngine({
      directory: join(directory, 'store'),
      cold: { kind: 'disk', path: join(directory, 'cold') },
      tokens: [{ role: 'internal', token: TOKEN }],
    });
    client = createStoreClient({ url: engine.url, role: 'internal', token: TOKEN });
    await migrate(client);
    for (const table of ['spans', 'logs']) {
      await client.command(
        new Sql(
          [
            `INSERT INTO sonde.${table} (tenant, timestamp, trace_id, retention_days)
             SELECT 'default', now64(9) - toIntervalDay(number), 'a-trace-id-of-16', 14
             FROM numbers(30)`,
          ],
          [],
        ),
      );
    }
  }, 120_000);

  afterAll(async () => {
    await client.close();
    await engine.stop();
    await rm(directory, { recursive: true, force: true });
  });

  async function turn(more: Partial<RetentionPolicy>): Promise<string[]> {
    const done: string[] = [];
    const current = { ...POLICY, ...more };
    const storage: StorageState = await readStorage(client, { database: 'sonde' });
    const next = planRetention({
      ...storage,
      current,
      history: [version(POLICY)],
      nowMs: Date.now(),
    });
    await applyPlan(client, next, {
      database: 'sonde',
      onAction: ({ kind, partition }) => done.push(`${kind} ${partition.table}`),
    });
    return done;
  }

  async function count(sql: string): Promise<number> {
    const { rows } = await client.query(new Sql([sql], []), z.object({ n: z.coerce.number() }));
    return rows[0]?.n ?? -1;
  }

  it('drops what expired, once, and again when the settings change', async () => {
    expect(await turn({})).toContain('expired spans');
    expect(await count('SELECT count() AS n FROM sonde.spans')).toBe(16);
    expect(await turn({})).toEqual([]);
    await turn({ tracesDays: 7 });
    expect(await count('SELECT count() AS n FROM sonde.spans')).toBe(9);
    expect(await count('SELECT count() AS n FROM sonde.logs')).toBe(16);
  });

  it('moves old partitions to the other disk, readable as before', async () => {
    const done = await turn({ coldAfterDays: 10 });
    expect(new Set(done)).toEqual(
      new Set(
        ['logs', 'log_patterns_1d', 'log_patterns_1m', 'red_1m'].map((name) => `moved ${name}`),
      ),
    );
    expect(await count('SELECT count() AS n FROM sonde.logs')).toBe(16);
    const onCold =
      "SELECT count() AS n FROM system.parts WHERE active AND disk_name = 'cold' AND table = 'logs'";
    expect(await count(onCold)).toBe(5);
    expect(await turn({ coldAfterDays: 10 })).toEqual([]);
  });

  it('makes room by the order of the guard', async () => {
    const done = await turn({ sizeMaxBytes: 1 });
    expect(done.indexOf('sacrificed spans')).toBeLessThan(done.indexOf('sacrificed logs'));
    expect(done.indexOf('sacrificed logs')).toBeLessThan(done.indexOf('sacrificed red_1m'));
    // Today stays, and what is on the cold volume already.
    expect(await count('SELECT count() AS n FROM sonde.spans')).toBe(1);
  });
});
