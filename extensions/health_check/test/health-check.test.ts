import { createServer } from 'node:net';
import type { ComponentStatus, Host, ServiceStatus } from '@sonde/pipeline';
import { contractHost } from '@sonde/pipeline/contract-suite';
import { afterEach, describe, expect, it } from 'vitest';
import { HealthCheck, type HealthCheckConfig, HealthCheckConfigSchema } from '../src/index.ts';

const running: HealthCheck[] = [];

afterEach(async () => {
  for (const check of running.splice(0)) await check.shutdown();
});

function statusOf(
  phase: ServiceStatus['phase'],
  components: Record<string, ComponentStatus> = {},
): ServiceStatus {
  return {
    phase,
    readySinceUnixMs: 1_700_000_000_000,
    components: new Map(Object.entries(components)),
  };
}

async function probe(
  status: () => ServiceStatus,
  more: Record<string, unknown> = {},
  path = '/',
): Promise<Response> {
  const host: Host = { ...contractHost(), serviceStatus: status };
  const check = new HealthCheck(parse({ endpoint: '127.0.0.1:0', ...more }));
  running.push(check);
  await check.start(host);
  return fetch(`http://127.0.0.1:${check.address?.port}${path}`);
}

function parse(raw: unknown): HealthCheckConfig {
  return HealthCheckConfigSchema.parse(raw);
}

describe('health_check', () => {
  it('answers 200 with the words of the Collector while the service is ready', async () => {
    const response = await probe(() => statusOf('ready'));
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('application/json');
    expect(await response.json()).toEqual({
      status: 'Server available',
      upSince: '2023-11-14T22:13:20.000Z',
      uptime: expect.stringMatching(/^\d+h\d+m[\d.]+s$/),
    });
  });

  it.each(['starting', 'stopping', 'stopped'] as const)(
    'answers 503 while it is %s',
    async (phase) => {
      const response = await probe(() => statusOf(phase));
      expect(response.status).toBe(503);
      expect(await response.json()).toEqual({
        status: 'Server not available',
        upSince: '0001-01-01T00:00:00Z',
        uptime: '',
      });
    },
  );

  it('names the component that failed for good, and never its error', async () => {
    const failed: ComponentStatus = { state: 'permanent', error: new Error('password=hunter2') };
    const response = await probe(() => statusOf('ready', { 'exporter clickhouse logs': failed }));
    expect(response.status).toBe(503);
    const text = await response.text();
    expect(text).toContain('"components":{"exporter clickhouse logs":"permanent"}');
    expect(text).not.toContain('hunter2');
  });

  it('stays available while a component keeps trying', async () => {
    const response = await probe(() =>
      statusOf('ready', { 'exporter x traces': { state: 'recoverable' } }),
    );
    expect(response.status).toBe(200);
  });

  it('answers with the texts that were given', async () => {
    const response = await probe(() => statusOf('stopping'), {
      response_body: { healthy: 'yes', unhealthy: 'no' },
    });
    expect(response.status).toBe(503);
    expect(await response.text()).toBe('no');
  });

  it('answers 404 on every other path', async () => {
    const response = await probe(() => statusOf('ready'), { path: '/health' }, '/');
    expect(response.status).toBe(404);
  });

  it('refuses to start on a port that is taken', async () => {
    const other = createServer();
    const port = await new Promise<number>((resolve) => {
      other.listen(0, '127.0.0.1', () => {
        const address = other.address();
        resolve(typeof address === 'object' && address !== null ? address.port : 0);
      });
    });
    const check = new HealthCheck(parse({ endpoint: `127.0.0.1:${port}` }));
    await expect(check.start(contractHost())).rejects.toMatchObject({ code: 'EADDRINUSE' });
    await check.shutdown();
    other.close();
  });

  it('listens on localhost:13133 when nothing else is said', () => {
    expect(parse(null).endpoint).toEqual({ host: 'localhost', port: 13133 });
  });
});
