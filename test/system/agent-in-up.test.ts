import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { obstacleToRunning } from '@sonde/ebpf-agent';
import { afterAll, describe, it } from 'vitest';
import { Sonde } from './sonde.ts';

/** A service that nobody instrumented; it says its port. */
const SERVICE = `
const { createServer } = require('node:http');
const server = createServer((request, response) => {
  response.statusCode = request.url === '/broken' ? 500 : 200;
  response.end('ok');
});
server.listen(0, '127.0.0.1', () => console.log(server.address().port));
`;

const REQUESTS = 20;
const obstacle = obstacleToRunning();

describe.skipIf(obstacle !== undefined)('a service that nobody instrumented', () => {
  const sonde = new Sonde();
  const folder = mkdtempSync(join(tmpdir(), 'plain-'));
  let service: ChildProcess | undefined;

  afterAll(async () => {
    service?.kill('SIGKILL');
    await sonde.remove();
    rmSync(folder, { recursive: true, force: true });
  });

  it('is seen once Sonde runs: its requests, with their outcome, and who connects to it', async () => {
    await sonde.up([]);
    await sonde.untilSaid('Agent: ready');
    const script = join(folder, 'parcel-tracking.js');
    writeFileSync(script, SERVICE);
    service = spawn(process.execPath, [script], { stdio: ['ignore', 'pipe', 'ignore'] });
    const [port] = await once(service.stdout ?? service, 'data');
    const url = `http://127.0.0.1:${String(port).trim()}`;
    for (let request = 0; request < REQUESTS; request++) {
      await (await fetch(`${url}/${request === 0 ? 'broken' : 'parcels'}`)).text();
    }
    const spans = `FROM spans WHERE service = 'parcel-tracking' AND kind = 2`;
    await sonde.untilSelect(`SELECT countIf(status_code = 2) > 0 ${spans}`, '1', 60_000);
    const counted = `SELECT count() > 0 FROM metric_series
      WHERE service = 'parcel-tracking' AND metric = 'http.server.request.duration'`;
    await sonde.untilSelect(counted, '1', 60_000);
    // Minutes are joined when they are over.
    const carried = `SELECT countIf(bytes_sent > 0) > 0 AND countIf(bytes_received > 0) > 0
      FROM connections_1m WHERE server_service = 'parcel-tracking' AND server_kind = 'service'`;
    await sonde.untilSelect(carried, '1', 120_000);
  }, 300_000);
});

describe('where nobody may look', () => {
  it('says in one line why there is no agent', async () => {
    const sonde = new Sonde();
    try {
      await sonde.up();
      await sonde.untilSaid('Agent: off (switched off by --no-agent)');
    } finally {
      await sonde.remove();
    }
  });
});
