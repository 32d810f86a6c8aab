import { mkdtempSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Backend, type BackendOptions, startBackend } from '../src/index.ts';

export interface RunningBackend {
  readonly backend: Backend;
  readonly url: string;
  readonly folder: string;
  /** Lines of the backend's log. */
  readonly log: readonly string[];
  close(): Promise<void>;
}

/** A port on which nothing listens: the discard service is off everywhere. */
export const NO_STORE = 'http://127.0.0.1:9';

/** The backend on a free port with its state in a temporary folder. */
export async function runBackend(options: Partial<BackendOptions> = {}): Promise<RunningBackend> {
  const folder = mkdtempSync(join(tmpdir(), 'sonde-backend-'));
  const log: string[] = [];
  const backend = await startBackend({
    host: '127.0.0.1',
    port: 0,
    store: { url: NO_STORE, role: 'internal' },
    state: { path: join(folder, 'state.db') },
    endpoints: { otlpGrpc: 'g', otlpHttp: 'h', clickhouse: 'c', page: 'p' },
    sources: { parts: [] },
    log: {
      warn: (message, fields) => log.push(`${message} ${JSON.stringify(fields)}`),
      error: (message, fields) => log.push(`${message} ${JSON.stringify(fields)}`),
    },
    ...options,
  });
  return {
    backend,
    url: `http://127.0.0.1:${backend.port}`,
    folder,
    log,
    close: async () => {
      await backend.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export interface RawAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
}

/** A request as it is: `fetch` would not send a Host header or leave gzip packed. */
export function rawRequest(
  url: string,
  options: { method?: string; headers?: Record<string, string>; body?: string } = {},
): Promise<RawAnswer> {
  const { method = 'GET', headers = {}, body } = options;
  return new Promise((resolve, reject) => {
    const outgoing = request(url, { method, headers }, (incoming) => {
      const chunks: Buffer[] = [];
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
      incoming.on('end', () =>
        resolve({
          status: incoming.statusCode ?? 0,
          headers: incoming.headers,
          body: Buffer.concat(chunks),
        }),
      );
    });
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}
