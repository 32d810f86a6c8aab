import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SendersSchema } from '../src/api/status/schema.ts';
import { runSonde, type Sonde } from './engine-fixture.ts';
import { atNanoSql, insertSql, type Literal, type Row, raw } from './seed.ts';

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;
const NS_PER_MS = 1_000_000n;

let sonde: Sonde;

interface Seed {
  readonly fingerprint: number;
  readonly lastSeenMs: number;
  /** Undefined: the sender gives no times. */
  readonly lagMs?: number;
  readonly namespace?: string;
  readonly tenant?: string;
}

function history(seed: Seed): Row {
  const { fingerprint, lastSeenMs, lagMs, namespace = 'shop', tenant = 'default' } = seed;
  const lag = lagMs === undefined ? 2n ** 63n - 1n : BigInt(lagMs) * NS_PER_MS;
  const bucket: Literal = raw(`toDateTime(${Math.floor(lastSeenMs / HOUR_MS) * 3600}, 'UTC')`);
  return {
    ...{ tenant, fingerprint, bucket, namespace, service: `service ${fingerprint}` },
    ...{ instance: `i-${fingerprint}`, host: 'node-1' },
    ...{ first_seen: atNanoSql(lastSeenMs), last_seen: atNanoSql(lastSeenMs) },
    receipt_lag_ns: raw(`toInt64('${lag}')`),
  };
}

const nowMs = Date.now();

beforeAll(async () => {
  sonde = await runSonde({ migrated: true });
  const rows: Seed[] = [
    { fingerprint: 1, lastSeenMs: nowMs - MINUTE_MS, lagMs: 2000 },
    // The same sender, a minute before: the least delay counts.
    { fingerprint: 1, lastSeenMs: nowMs - 2 * MINUTE_MS, lagMs: 700 },
    { fingerprint: 2, lastSeenMs: nowMs + 10 * MINUTE_MS, lagMs: -11 * MINUTE_MS },
    { fingerprint: 3, lastSeenMs: nowMs - 5 * HOUR_MS, lagMs: 5 * HOUR_MS - 3 * MINUTE_MS },
    { fingerprint: 4, lastSeenMs: nowMs - MINUTE_MS },
    { fingerprint: 5, lastSeenMs: nowMs - 3 * HOUR_MS, lagMs: 500 },
    { fingerprint: 6, lastSeenMs: nowMs, lagMs: 500, namespace: 'sonde' },
    { fingerprint: 7, lastSeenMs: nowMs, lagMs: 500, tenant: 'other' },
    // Two hours ahead: its rows were moved to their receipt.
    { fingerprint: 8, lastSeenMs: nowMs - MINUTE_MS, lagMs: -2 * HOUR_MS },
  ];
  for (const row of rows) await sonde.run(insertSql('resource_history', [history(row)]));
});
afterAll(() => sonde.close());

describe('senders', () => {
  it('are those of the last hour by receipt, whatever their clocks say, furthest off first', async () => {
    const { senders, senderTotal } = await sonde.get('/api/v1/senders', SendersSchema);
    expect(senders.map(({ service, receiptLagMs }) => [service, receiptLagMs])).toEqual([
      ['service 3', 5 * HOUR_MS - 3 * MINUTE_MS],
      ['service 8', -2 * HOUR_MS],
      ['service 2', -11 * MINUTE_MS],
      ['service 1', 700],
      ['service 4', null],
    ]);
    expect(senderTotal).toBe(5);
    expect(senders[3]).toMatchObject({ namespace: 'shop', instance: 'i-1', host: 'node-1' });
  });

  it('were last received when their newest event and their clock say so', async () => {
    const { senders } = await sonde.get('/api/v1/senders', SendersSchema);
    const ageMs = (service: string): number =>
      nowMs - (senders.find((sender) => sender.service === service)?.lastReceivedMs ?? 0);
    expect(ageMs('service 3')).toBe(3 * MINUTE_MS);
    expect(ageMs('service 2')).toBe(MINUTE_MS);
    expect(ageMs('service 8')).toBe(MINUTE_MS);
    expect(ageMs('service 4')).toBe(MINUTE_MS);
  });
});
