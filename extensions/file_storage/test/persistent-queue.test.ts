import { execFile, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { SendingExporter } from '@sonde/pipeline';
import { RecordingLogger } from '@sonde/pipeline/contract-suite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FileStorage, FileStorageConfigSchema } from '../src/index.ts';
import {
  Collecting,
  exporterSettings,
  queueConfig,
  storageHost,
  telemetryOf,
} from './queue-fixture.ts';

const NO_DEADLINE = new AbortController().signal;
const TSX = join(import.meta.dirname, '../../../node_modules/tsx/dist/cli.mjs');
const SENDER = join(import.meta.dirname, 'queue-sender.ts');

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sonde-persistent-queue-'));
});

afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

interface Run {
  readonly exporter: SendingExporter;
  readonly logger: RecordingLogger;
  readonly stop: () => Promise<void>;
}

async function run(collecting: Collecting, queue: Record<string, unknown> = {}): Promise<Run> {
  const logger = new RecordingLogger();
  const config = FileStorageConfigSchema.parse({ directory: folder });
  const storage = new FileStorage({ id: 'file_storage', config, logger });
  await storage.start();
  const exporter = new SendingExporter(exporterSettings(logger), queueConfig(queue), collecting);
  await exporter.start(storageHost(storage));
  const stop = async (): Promise<void> => {
    await exporter.shutdown(NO_DEADLINE);
    await storage.shutdown();
  };
  return { exporter, logger, stop };
}

/** Fills a queue in a process of its own, and kills that when it has accepted `count` requests. */
async function acceptedBeforeKill(count: number): Promise<readonly string[]> {
  const child = spawn(process.execPath, ['--import', 'tsx', SENDER, folder], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const accepted: string[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    accepted.push(line);
    if (accepted.length === count) child.kill('SIGKILL');
  }
  return accepted;
}

describe('a sending queue with storage', () => {
  it('loses nothing that it accepted when its process is killed, and keeps the order', async () => {
    const accepted = await acceptedBeforeKill(200);
    expect(accepted.length).toBeGreaterThanOrEqual(200);
    const collecting = new Collecting(accepted.length);
    const { logger, stop } = await run(collecting, { num_consumers: 1 });
    await collecting.all;
    await stop();
    expect(collecting.names.slice(0, accepted.length)).toEqual(accepted);
    expect(logger.lines.map(({ message }) => message)).toContain('Persistent queue restored');
  });

  it('knows what it sent: a restart sends the rest alone, with tenant and client', async () => {
    const first = new Collecting(2);
    const before = await run(first, { num_consumers: 1, batch: { min_size: 2, max_size: 2 } });
    for (const count of [0, 1]) await before.exporter.consume(telemetryOf(`request ${count}`));
    await first.all;
    await before.stop();
    const stuck = await run(new Collecting(0), { batch: { min_size: 9, flush_timeout: '1h' } });
    for (const count of [2, 3]) await stuck.exporter.consume(telemetryOf(`request ${count}`));
    await stuck.stop();
    const second = new Collecting(2);
    const after = await run(second, { num_consumers: 1 });
    await second.all;
    await after.stop();
    expect(second.names).toEqual(['request 2', 'request 3']);
    const [telemetry] = second.taken;
    expect(telemetry?.requests[0]).toMatchObject({ tenant: 'shop', receivedUnixMs: 1 });
    expect(telemetry?.client?.metadata.get('x-org')).toEqual(['ada']);
    // As upstream: what the authenticator said is not stored.
    expect(telemetry?.client?.auth.size).toBe(0);
  });

  it('counts what is stored in its size after a restart', async () => {
    const batch = { min_size: 9, flush_timeout: '1h' };
    const before = await run(new Collecting(0), { batch });
    for (const count of [0, 1]) await before.exporter.consume(telemetryOf(`request ${count}`));
    await before.stop();
    const after = await run(new Collecting(0), { queue_size: 2, batch });
    await expect(after.exporter.consume(telemetryOf('request 2'))).rejects.toMatchObject({
      code: 'OVERLOADED',
      message: 'sending queue is full',
    });
    await after.stop();
  });

  it('gives back what a full disk refuses, with a retryable code', async () => {
    const command = `trap '' XFSZ; ulimit -f 64; exec "$0" "$1" "$2" "$3" "$4"`;
    const { stdout } = await promisify(execFile)('bash', [
      '-c',
      command,
      process.execPath,
      TSX,
      SENDER,
      folder,
      '5000',
    ]);
    const lines = stdout.trim().split('\n');
    expect(lines.at(-1)).toMatch(/^refused OVERLOADED cannot store in the sending queue: EFBIG/);
    const accepted = lines.slice(0, -1);
    expect(accepted.length).toBeGreaterThan(3);
    const collecting = new Collecting(accepted.length);
    const { stop } = await run(collecting, { num_consumers: 1 });
    await collecting.all;
    await stop();
    expect(collecting.names).toEqual(accepted);
  });

  it('does not start without its storage', async () => {
    const exporter = new SendingExporter(
      exporterSettings(new RecordingLogger()),
      queueConfig({ storage: 'other' }),
      new Collecting(0),
    );
    const storage = new FileStorage({
      id: 'file_storage',
      config: FileStorageConfigSchema.parse({ directory: folder }),
      logger: new RecordingLogger(),
    });
    await expect(exporter.start(storageHost(storage))).rejects.toThrow(
      'storage client extension "other" not found',
    );
    await exporter.shutdown(NO_DEADLINE);
  });
});
