import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type EngineOptions, type SpawnedEngine, spawnEngine } from '@sonde/store';
import type { DoorUnderTest } from './door-suite.ts';

export const INTERNAL_TOKEN = 'internal-token-of-the-tests';
export const INGEST_TOKEN = 'ingest-token-of-the-tests';
export const TENANT_TOKEN = 'tenant-token-of-the-tests';

export const TEST_TOKENS: NonNullable<EngineOptions['tokens']> = [
  { role: 'internal', token: INTERNAL_TOKEN },
  { role: 'ingest', token: INGEST_TOKEN },
  { role: 'user', token: TENANT_TOKEN, tenant: 'acme' },
];

export interface EngineUnderTest extends DoorUnderTest {
  readonly directory: string;
  readonly engine: SpawnedEngine;
}

/** An engine on an empty directory; `close` also removes it. */
export async function startTestEngine(
  options: Partial<EngineOptions> = {},
): Promise<EngineUnderTest> {
  const directory = options.directory ?? (await mkdtemp(join(tmpdir(), 'sonde-engine-')));
  const engine = await spawnEngine({ tokens: TEST_TOKENS, ...options, directory });
  return {
    directory,
    engine,
    url: engine.url,
    internalToken: INTERNAL_TOKEN,
    ingestToken: INGEST_TOKEN,
    close: async () => {
      await engine.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}
