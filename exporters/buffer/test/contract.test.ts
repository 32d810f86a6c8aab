import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HEADERS, openSharedLog, TOPICS } from '@sonde/buffer';
import { Telemetry } from '@sonde/pipeline';
import { exporterContract } from '@sonde/pipeline/contract-suite';
import { decodeRequests, type Signal } from '@sonde/proto';
import { afterAll } from 'vitest';
import { bufferExporterFactory } from '../src/index.ts';

const directory = await mkdtemp(join(tmpdir(), 'sonde-exporter-buffer-'));
afterAll(() => rm(directory, { recursive: true }));

function telemetry(signal: Signal): Telemetry {
  const bytes = Buffer.from('as it came');
  const request = { signal, bytes, itemCount: 3, tenant: 'default', receivedUnixMs: 1 };
  return new Telemetry({
    signal,
    requests: [request],
    decode: (all) => decodeRequests(signal, all),
  });
}

async function received(signal: Signal): Promise<number> {
  const shared = await openSharedLog(directory);
  await shared.log.createTopic(TOPICS[signal], { partitions: 1 });
  const reader = await shared.log.openReader('check', TOPICS[signal], 0);
  const records = await reader.read(0, { bytesMax: 1 << 20, recordsMax: 10_000, waitMs: 0 });
  await reader.close();
  await shared.release();
  return records.reduce((sum, { headers }) => sum + Number(headers[HEADERS.items]), 0);
}

exporterContract({
  factory: bufferExporterFactory,
  config: () => ({ directory }),
  defaultsRefused: /directory/,
  telemetry,
  received,
  // A disk that is full, by a reserve no disk has.
  unreachableConfig: () => ({ directory: join(directory, 'full'), disk_reserve: 2 ** 52 }),
});
