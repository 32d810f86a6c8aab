import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { expect } from 'vitest';
import { MapJob, type MapJobOptions } from '../src/model/service-map/map-job.ts';
import { SqliteStateStore } from '../src/state/index.ts';
import { runSonde, type Sonde } from './engine-fixture.ts';
import { insertSql, type SpanSeed, spanRow } from './seed.ts';

export const MINUTE_MS = 60_000;
export const MS = 1_000_000;

/** A look ends when its time is over; on a busy machine that is early. */
const LOOKS_MAX = 20;

const PROMOTED = {
  db_system: '',
  peer_service: '',
  messaging_destination: '',
  http_request_method: '',
};

export const trace = (n: number): string => n.toString(16).padStart(32, '0');
export const id = (n: number): string => n.toString(16).padStart(16, '0');

/** An engine with spans, and the job that joins their minutes at a time of the test's. */
export interface MapFixture {
  readonly sonde: Sonde;
  readonly state: SqliteStateStore;
  clockMs: number;
  add(...spans: readonly SpanSeed[]): Promise<void>;
  job(
    holder?: string,
    publish?: MapJobOptions['publish'],
    more?: Pick<MapJobOptions, 'lookMsMax'>,
  ): MapJob;
  /** Joins all that is due; returns how many minutes. */
  look(): Promise<number>;
  close(): Promise<void>;
}

export async function startMap(nowMs: number): Promise<MapFixture> {
  const sonde = await runSonde({ migrated: true, jobs: false });
  const state = new SqliteStateStore({ path: join(sonde.folder, 'map.db') });
  const log = {
    info: () => {},
    warn: (message: string) => expect(message).toBe(''),
    error: () => {},
  };
  const fixture: MapFixture = {
    sonde,
    state,
    clockMs: nowMs,
    add: (...spans) =>
      sonde.run(
        insertSql(
          'spans',
          spans.map((span) => ({ ...PROMOTED, ...spanRow(span) })),
        ),
      ),
    job: (holder = randomUUID(), publish = undefined, more = {}) =>
      new MapJob({
        ...{ store: sonde.role, leases: state.leases, holder },
        // Who is told of minutes may be away, which is a warning.
        ...(publish === undefined ? { log } : { log: { ...log, warn: () => {} }, publish }),
        nowMs: () => fixture.clockMs,
        ...more,
      }),
    look: async () => {
      const one = fixture.job();
      let joined = 0;
      try {
        for (let turn = 0; turn < LOOKS_MAX; turn++) {
          const minutes = await one.look();
          if (minutes === 0) break;
          joined += minutes;
        }
        return joined;
      } finally {
        await one.stop();
      }
    },
    close: async () => {
      await state.close();
      await sonde.close();
    },
  };
  return fixture;
}
