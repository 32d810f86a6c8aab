import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { obstacleToRunning } from '@sonde/ebpf-agent';
import { afterAll, describe, expect, it } from 'vitest';
import { findPlainPrograms, PlainServers } from './plain-servers.ts';
import { Sonde } from './sonde.ts';

/** The bar of the design: from `npm start` on. */
const SEEN_MS = 60_000;
/** Edges are joined by the closed minute. */
const JOINED_MS = 180_000;
const REQUESTS_MS = 50;
const BROKEN_EVERY = 10;

const { nginx, postgres, redis } = findPlainPrograms();
const hasAll = nginx !== undefined && postgres !== undefined && redis !== undefined;
const SERVICES = ['nginx', 'parcel-desk', 'postgres', 'redis-server'];

interface Summary {
  readonly service: string;
  readonly requests: number;
  readonly errors: number;
  readonly durationP95Ns: number;
}

interface Edge {
  readonly client: { readonly name: string };
  readonly server: { readonly name: string };
}

describe.skipIf(obstacleToRunning() !== undefined || !hasAll)('an un-instrumented host', () => {
  const sonde = new Sonde();
  const folder = mkdtempSync(join(tmpdir(), 'plain-host-'));
  const servers = new PlainServers(folder);
  let customers: NodeJS.Timeout | undefined;

  afterAll(async () => {
    clearInterval(customers);
    servers.stop();
    await sonde.remove();
    rmSync(folder, { recursive: true, force: true });
  });

  it('shows its services with rate, errors, latency, logs and who they call', async () => {
    await servers.start({ nginx: nginx ?? '', postgres: postgres ?? '', redis: redis ?? '' });
    let count = 0;
    customers = setInterval(() => {
      const path = count++ % BROKEN_EVERY === 0 ? '/broken' : '/parcels';
      fetch(`${servers.url}${path}`).then(
        (response) => response.text(),
        () => undefined,
      );
    }, REQUESTS_MS);
    const began = performance.now();
    await sonde.up([]);
    const get = async <T>(path: string, member: string): Promise<readonly T[]> => {
      const response = await fetch(`${sonde.addresses.page}/api/v1/${path}`);
      const answer: Readonly<Record<string, readonly T[]>> = JSON.parse(await response.text());
      return answer[member] ?? [];
    };
    const deadline = began + SEEN_MS;
    await until(deadline, 'rate and latency', async () => {
      const services = await get<Summary>('services?from=now-15m&to=now', 'services');
      const served = services.filter((row) => row.requests > 0 && row.durationP95Ns > 0);
      return missing(
        SERVICES,
        served.map(({ service }) => service),
      );
    });
    await until(deadline, 'errors', async () => {
      const services = await get<Summary>('services?from=now-15m&to=now', 'services');
      const failed = services.filter(({ errors }) => errors > 0);
      return missing(
        ['nginx', 'parcel-desk', 'postgres'],
        failed.map(({ service }) => service),
      );
    });
    await until(deadline, 'logs', async () => {
      const rows = await sonde.select('SELECT DISTINCT service FROM logs');
      return missing(
        SERVICES,
        rows.map(({ service }) => String(service)),
      );
    });
    const seconds = (performance.now() - began) / 1_000;
    console.log(`rate, errors, latency and logs ${seconds.toFixed(0)} s after the start`);
    await until(began + JOINED_MS, 'edges', async () => {
      const edges = await get<Edge>('map?from=now-15m&to=now', 'edges');
      const names = edges.map(({ client, server }) => `${client.name} ${server.name}`);
      const wanted = ['nginx parcel-desk', 'parcel-desk postgres', 'parcel-desk redis-server'];
      return missing(wanted, names);
    });
    console.log(`edges ${((performance.now() - began) / 1_000).toFixed(0)} s after the start`);
  }, 300_000);
});

function missing(wanted: readonly string[], found: readonly string[]): readonly string[] {
  return wanted.filter((name) => !found.includes(name));
}

/** Asks until nothing is missing; what is at the deadline fails. */
async function until(
  deadline: number,
  what: string,
  look: () => Promise<readonly string[]>,
): Promise<void> {
  for (;;) {
    const still = await look();
    if (still.length === 0) return;
    if (performance.now() > deadline)
      expect({ what, missing: still }).toEqual({ what, missing: [] });
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}
