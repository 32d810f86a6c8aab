import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { leakedHandles, RecordingLogger } from '../src/contract-fixtures.ts';
import { HttpSettingsSource, SETTINGS_VERSIONS_MAX } from '../src/settings/http-settings-source.ts';

/** A backend that serves the versions it is given. */
class Backend {
  readonly requests: string[] = [];
  readonly versions: Map<number, unknown> = new Map();
  newest = 0;
  broken = false;
  readonly #server: Server = createServer((request, response) => this.#answer(request, response));

  put(version: number, tracesDays: number): void {
    this.versions.set(version, { version, retention: { tracesDays } });
    this.newest = version;
  }

  async listen(): Promise<string> {
    await new Promise<void>((resolve) => {
      this.#server.listen(0, '127.0.0.1', resolve);
    });
    const address = this.#server.address();
    return `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
  }

  async close(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
      this.#server.closeAllConnections();
    });
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const url = request.url ?? '';
    const match = /^\/api\/v1\/settings(?:\/versions\/(\d+))?$/.exec(url);
    const version = match?.[1] === undefined ? this.newest : Number(match[1]);
    const etag = `"settings-${version}"`;
    const settings = match === null || this.broken ? undefined : this.versions.get(version);
    const status =
      settings === undefined ? 500 : request.headers['if-none-match'] === etag ? 304 : 200;
    this.requests.push(`${url} ${status}`);
    response.writeHead(status, { etag });
    response.end(status === 200 ? JSON.stringify(settings) : undefined);
  }
}

let backend: Backend;
let folder: string;
let url: string;
let logger: RecordingLogger;
const opened: HttpSettingsSource[] = [];

beforeEach(async () => {
  backend = new Backend();
  backend.put(1, 7);
  url = await backend.listen();
  folder = await mkdtemp(join(tmpdir(), 'settings-'));
  logger = new RecordingLogger();
});

afterEach(async () => {
  for (const source of opened.splice(0)) source.close();
  await backend.close();
  await rm(folder, { recursive: true });
});

async function open(pollIntervalMs = 3_600_000): Promise<HttpSettingsSource> {
  const source = await HttpSettingsSource.open({ url, folder, logger, pollIntervalMs });
  opened.push(source);
  return source;
}

describe('settings from the backend', () => {
  it('are the newest after the first poll, with defaults for what is not said', async () => {
    const source = await open();
    expect(source.current()).toMatchObject({
      version: 1,
      retention: { tracesDays: 7, logsDays: 14 },
    });
  });

  it('are polled with their ETag and change when there are newer ones', async () => {
    const source = await open();
    await source.poll();
    backend.put(2, 3);
    await source.poll();
    expect(backend.requests).toEqual([
      '/api/v1/settings 200',
      '/api/v1/settings 304',
      '/api/v1/settings 200',
    ]);
    expect(source.current()).toMatchObject({ version: 2, retention: { tracesDays: 3 } });
  });

  it('are polled by themselves', async () => {
    const source = await open(1);
    backend.put(2, 3);
    await expect.poll(() => source.current().version).toBe(2);
  });

  it('stay as they were while the backend is away, and across a restart', async () => {
    const first = await open();
    first.close();
    await backend.close();
    const second = await open();
    expect(second.current()).toMatchObject({ version: 1, retention: { tracesDays: 7 } });
    const warnings = (): number => logger.lines.filter(({ level }) => level === 'warn').length;
    expect(warnings(), 'the backend may be starting too').toBe(0);
    await second.poll();
    expect(warnings()).toBe(1);
    await second.poll();
    expect(warnings(), 'said once').toBe(1);
  });

  it('are the defaults when there never was a backend', async () => {
    await backend.close();
    const source = await open();
    expect(source.current().version).toBe(0);
    expect(await source.version(0)).toBe(source.current());
  });

  it('give any version: known, kept on disk, or from the backend', async () => {
    const source = await open();
    backend.put(2, 3);
    backend.put(3, 4);
    await source.poll();
    expect((await source.version(1)).retention.tracesDays).toBe(7);
    expect((await source.version(2)).retention.tracesDays).toBe(3);
    await backend.close();
    source.close();
    const restarted = await open();
    expect((await restarted.version(2)).retention.tracesDays).toBe(3);
    await expect(restarted.version(9)).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      retryable: true,
    });
  });

  it('never go back to a lower version', async () => {
    backend.put(5, 9);
    const source = await open();
    backend.put(2, 1);
    await source.poll();
    expect(source.current().version).toBe(5);
    expect(logger.lines.at(-1)?.fields['error']).toBe('version 2 is older than 5');
  });

  it('keep a bounded number of versions', async () => {
    const source = await open();
    for (let version = 2; version <= SETTINGS_VERSIONS_MAX + 5; version += 1) {
      backend.put(version, 1 + (version % 9));
      await source.poll();
    }
    const kept: unknown = JSON.parse(await readFile(join(folder, 'settings.json'), 'utf8'));
    expect(Object(kept).versions).toHaveLength(SETTINGS_VERSIONS_MAX);
  });

  it('start from the defaults when what is kept on disk is broken', async () => {
    await writeFile(join(folder, 'settings.json'), '{"versions":[{"version":"x"}]}');
    backend.broken = true;
    const source = await open();
    expect(source.current().version).toBe(0);
    expect(logger.lines[0]?.message).toBe('Kept settings cannot be read, the defaults are used');
  });

  it('leave nothing open when they are closed', async () => {
    const leaked = await leakedHandles(async () => {
      const source = await open(1);
      await source.poll();
      source.close();
    });
    expect(leaked).toEqual([]);
  });
});
