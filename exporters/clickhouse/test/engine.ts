import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type BufferRange,
  type ConsumingComponent,
  type CreateSettings,
  type Host,
  type Logger,
  StaticSettingsSource,
  Telemetry,
} from '@sonde/pipeline';
import { decodeRequests, type EncodedRequest, type Signal, scanRequest } from '@sonde/proto';
import { createStoreClient, type SpawnedEngine, type StoreClient, spawnEngine } from '@sonde/store';
import { clickHouseConfig, clickHouseExporterFactory } from '../src/index.ts';

export const TOKEN = 'internal-token-of-a-test';

/** A real engine in a folder of its own, and a client to it. */
export interface TestEngine {
  readonly url: string;
  readonly client: StoreClient;
  /** Headers of a request of its own. */
  readonly credentials: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

export async function startEngine(): Promise<TestEngine> {
  const directory = await mkdtemp(join(tmpdir(), 'sonde-clickhouse-'));
  const engine: SpawnedEngine = await spawnEngine({
    directory,
    tokens: [{ role: 'internal', token: TOKEN }],
  });
  const client = createStoreClient({ url: engine.url, role: 'internal', token: TOKEN });
  return {
    url: engine.url,
    client,
    credentials: { 'X-ClickHouse-User': 'internal', 'X-ClickHouse-Key': TOKEN },
    stop: async () => {
      await client.close();
      await engine.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

export const SILENT: Logger = {
  debug: () => {},
  info: () => {},
  warn: () => {},
  error: () => {},
  with: () => SILENT,
};

export const HOST: Host = {
  extension: () => undefined,
  authenticator: () => {
    throw new Error('no authenticator here');
  },
  reportStatus: () => {},
  serviceStatus: () => ({ phase: 'ready', readySinceUnixMs: 0, components: new Map() }),
  serviceOutline: () => ({
    build: { command: 'sonde', description: 'Sonde under test', version: '0' },
    startedUnixMs: 0,
    pipelines: [],
    extensions: [],
    gates: new Set(),
  }),
};

export function createSettings(signal: Signal): CreateSettings {
  return {
    id: 'clickhouse',
    signal,
    logger: SILENT,
    configVersion: 'test',
    settings: new StaticSettingsSource(),
  };
}

/** A started exporter into the engine. */
export async function startExporter(
  engine: TestEngine,
  signal: Signal,
  overrides: Readonly<Record<string, unknown>> = {},
): Promise<ConsumingComponent> {
  const config = clickHouseConfig.parse({ endpoint: engine.url, password: TOKEN, ...overrides });
  const exporter = clickHouseExporterFactory.create(createSettings(signal), config);
  await exporter.start(HOST);
  return exporter;
}

export interface TestRequest {
  readonly bytes: Uint8Array;
  readonly tenant?: string;
  readonly receivedUnixMs?: number;
}

/** What tests take for now: a whole hour, not long ago, or the store would drop rows as expired. */
export const RECEIVED_UNIX_MS: number = Math.floor(Date.now() / 3_600_000) * 3_600_000;

export function telemetryOf(
  signal: Signal,
  requests: readonly TestRequest[],
  source?: BufferRange,
): Telemetry {
  const encoded = requests.map(
    ({ bytes, tenant = 'default', receivedUnixMs = RECEIVED_UNIX_MS }): EncodedRequest => ({
      signal,
      bytes,
      itemCount: scanRequest(signal, bytes),
      tenant,
      receivedUnixMs,
    }),
  );
  return new Telemetry({
    signal,
    requests: encoded,
    decode: (all) => decodeRequests(signal, all),
    ...(source === undefined ? {} : { source }),
  });
}
