import type { Host, ServiceOutline } from '@sonde/pipeline';
import { contractHost } from '@sonde/pipeline/contract-suite';
import { afterEach, describe, expect, it } from 'vitest';
import { Zpages, ZpagesConfigSchema } from '../src/index.ts';

const OUTLINE: ServiceOutline = {
  build: { command: 'sonde', description: 'under <test>', version: '1.2.3' },
  startedUnixMs: 1_700_000_000_000,
  pipelines: [
    {
      id: 'traces/in',
      signal: 'traces',
      receivers: ['otlp', 'otlp/<b>'],
      processors: ['memory_limiter', 'batch'],
      exporters: ['debug'],
    },
  ],
  extensions: ['zpages', 'health_check'],
  gates: new Set(['service.profilesSupport']),
};

const running: Zpages[] = [];

afterEach(async () => {
  for (const pages of running.splice(0)) await pages.shutdown();
});

async function get(path: string, more: Record<string, unknown> = {}): Promise<Response> {
  const host: Host = {
    ...contractHost(),
    serviceOutline: () => OUTLINE,
    serviceStatus: () => ({
      phase: 'ready',
      readySinceUnixMs: 1_700_000_001_000,
      components: new Map([
        ['exporter debug traces', { state: 'recoverable', error: new Error('password=hunter2') }],
      ]),
    }),
  };
  const pages = new Zpages(ZpagesConfigSchema.parse({ endpoint: '127.0.0.1:0', ...more }));
  running.push(pages);
  await pages.start(host);
  return fetch(`http://127.0.0.1:${pages.address?.port}${path}`);
}

describe('zpages', () => {
  it.each([
    ['/debug/servicez', ['1.2.3', 'under &lt;test&gt;', '2023-11-14T22:13:20.000Z', 'ready']],
    ['/debug/pipelinez', ['traces/in', 'otlp, otlp/&lt;b&gt;', 'memory_limiter → batch', 'debug']],
    ['/debug/extensionz', ['<li>zpages</li>', '<li>health_check</li>']],
    ['/debug/featurez', ['<td>service.profilesSupport</td><td>true</td>', '<td>false</td>']],
  ])('shows %s', async (path, parts) => {
    const response = await get(path);
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
    const text = await response.text();
    for (const part of parts) expect(text).toContain(part);
    expect(text).not.toMatch(/src=|https?:\/\//);
  });

  it('names components that do not fare well, and never their errors', async () => {
    const text = await (await get('/debug/servicez')).text();
    expect(text).toContain('<td>exporter debug traces</td><td>recoverable</td>');
    expect(text).not.toContain('hunter2');
  });

  it('leads from the root to the service, and says what there is elsewhere', async () => {
    expect((await get('/')).url).toContain('/debug/servicez');
    const response = await get('/debug/tracez');
    expect(response.status).toBe(404);
    expect(await response.text()).toContain('/debug/pipelinez');
  });

  it('shows memory only when it is asked to', async () => {
    expect((await get('/debug/expvarz')).status).toBe(404);
    const response = await get('/debug/expvarz', { expvar: { enabled: true } });
    expect(await response.json()).toHaveProperty('memory.rss');
  });

  it('listens on localhost:55679 when nothing else is said', () => {
    expect(ZpagesConfigSchema.parse(null).endpoint).toEqual({ host: 'localhost', port: 55679 });
  });
});
