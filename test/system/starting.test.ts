import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { GATEWAY_ENVIRONMENT, GATEWAY_NODE_ARGS } from '@sonde/cli/gateway-start';
import { afterAll, describe, expect, it } from 'vitest';
import { Sonde } from './sonde.ts';

const sonde = new Sonde();

afterAll(async () => {
  await sonde.remove();
});

describe('starting', () => {
  it('steps over a taken port and says so', async () => {
    const taken = createServer();
    const port = await new Promise<number>((resolve) => {
      taken.listen(0, '127.0.0.1', () => {
        const address = taken.address();
        resolve(typeof address === 'object' && address !== null ? address.port : 0);
      });
    });
    try {
      await sonde.up(['--no-agent', '--port', `page=${port}`]);
      expect(sonde.output).toContain(`Port ${port} is taken: Page and API listens on `);
      expect(sonde.addresses.page).not.toBe(`http://127.0.0.1:${port}`);
    } finally {
      taken.close();
    }
  });

  it('gives the gateway what Node and the C library read before anything runs', () => {
    const gateway = `/proc/${sonde.addresses.processes['gateway']}`;
    const read = (file: string): string[] =>
      readFileSync(join(gateway, file), 'utf8').split('\0').filter(Boolean);
    expect(read('cmdline')).toEqual(expect.arrayContaining([...GATEWAY_NODE_ARGS]));
    const environment = Object.entries(GATEWAY_ENVIRONMENT).map((entry) => entry.join('='));
    expect(read('environ')).toEqual(expect.arrayContaining(environment));
  });

  it('refuses a second Sonde on the same folder in words', async () => {
    const second = new Sonde(sonde.directory);
    await expect(second.up()).rejects.toThrow(`Sonde already runs on ${sonde.directory}`);
  });

  it('shows the host and itself within a minute', async () => {
    const hosts = "SELECT count() > 0 FROM metric_series WHERE metric = 'system.cpu.time'";
    await sonde.untilSelect(hosts, '1', 60_000);
    const own = "SELECT count() > 0 FROM metric_series WHERE service LIKE 'sonde-%'";
    await sonde.untilSelect(own, '1', 60_000);
  });

  it('starts a process again that was killed, and keeps serving', async () => {
    process.kill(sonde.addresses.processes['gateway'] ?? 0, 'SIGKILL');
    const url = `${sonde.addresses.otlpHttp}/v1/traces`;
    const answered = async (): Promise<boolean> => {
      try {
        const body = '{}';
        const headers = { 'content-type': 'application/json' };
        return (await fetch(url, { method: 'POST', headers, body })).ok;
      } catch {
        return false;
      }
    };
    await expect.poll(answered, { timeout: 30_000 }).toBe(true);
    expect(sonde.output).toContain('gateway ended (SIGKILL)');
  });

  it('stops in order on Ctrl-C, which a terminal sends to every process', async () => {
    await sonde.signalAll('SIGINT');
    const log = readFileSync(join(sonde.directory, 'logs', 'gateway.log'), 'utf8');
    expect(log.trimEnd()).toMatch(/Shutdown complete\.[^\n]*$/);
    await sonde.up();
  });

  it('stops on SIGTERM to every process, as systemd sends it, and starts none again', async () => {
    await sonde.signalAll('SIGTERM');
    expect(sonde.output).toContain('Stopped.');
    expect(sonde.output).not.toContain('again in');
    await sonde.up();
  });

  it('ends its processes when the supervisor is killed', async () => {
    const { pid, processes } = sonde.addresses;
    process.kill(pid, 'SIGKILL');
    const alive = (): readonly string[] =>
      Object.entries(processes)
        .filter(([, child]) => isAlive(child))
        .map(([name]) => name);
    // The gateway may have been started again under another id since the addresses were written.
    await expect.poll(alive, { timeout: 40_000 }).toEqual([]);
  });
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
