import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type BufferRecord,
  EmbeddedLog,
  openSharedLog,
  RECORD_BYTES_MAX,
  TOPICS,
} from '@sonde/buffer';
import { type ConsumingComponent, Telemetry } from '@sonde/pipeline';
import { contractHost, contractSignalSettings } from '@sonde/pipeline/contract-suite';
import { decodeRequests, type EncodedRequest, type Signal } from '@sonde/proto';
import { describe, expect, it, onTestFinished } from 'vitest';
import { bufferExporterConfig, bufferExporterFactory } from '../src/index.ts';

const RECEIVED_MS = 1_750_000_000_000;

async function makeFolder(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'sonde-exporter-buffer-'));
  onTestFinished(() => rm(directory, { recursive: true }));
  return directory;
}

async function startExporter(
  signal: Signal,
  config: Readonly<Record<string, unknown>>,
): Promise<ConsumingComponent> {
  const parsed = bufferExporterConfig.parse(config);
  const exporter = bufferExporterFactory.create(contractSignalSettings('buffer', signal), parsed);
  await exporter.start(contractHost());
  onTestFinished(() => stop(exporter));
  return exporter;
}

function stop(component: ConsumingComponent): Promise<void> {
  return component.shutdown(new AbortController().signal);
}

function requestOf(signal: Signal, bytes: Uint8Array, itemCount = 3): EncodedRequest {
  return { signal, bytes, itemCount, tenant: 'acme', receivedUnixMs: RECEIVED_MS };
}

function telemetryOf(...requests: readonly EncodedRequest[]): Telemetry {
  const signal = requests[0]?.signal ?? 'traces';
  return new Telemetry({ signal, requests, decode: (some) => decodeRequests(signal, some) });
}

/** What a folder holds of a topic's partition, read through a log of our own. */
async function recordsIn(directory: string, topic: string, partition = 0): Promise<BufferRecord[]> {
  const log = await EmbeddedLog.open(directory);
  const reader = await log.openReader('check', topic, partition);
  const options = { bytesMax: 1 << 20, recordsMax: 1000, waitMs: 0 };
  const records = [...(await reader.read(0, options))];
  await log.close();
  return records;
}

describe('the configuration', () => {
  it('has defaults for all but the folder', () => {
    expect(bufferExporterConfig.parse({ directory: 'data' })).toEqual({
      directory: 'data',
      partitions: 1,
      segment_size: 64 * 1024 * 1024,
      size_max: 4 * 1024 * 1024 * 1024,
      retention: 3_600_000,
      disk_reserve: 256 * 1024 * 1024,
    });
    expect(bufferExporterConfig.safeParse(null).success).toBe(false);
  });

  it.each([
    [{ directory: '' }, 'must name a folder'],
    [{ directory: 'd', size_max: '1MiB' }, 'must be at least 128MiB'],
    [{ directory: 'd', segment_size: '1KiB' }, 'must be at least 1MiB'],
    [{ directory: 'd', retention: '-1s' }, 'must not be negative'],
    [{ directory: 'd', partitions: 0 }, 'expected number to be >=1'],
    [{ directory: 'd', fsync: false }, 'fsync'],
  ])('refuses %j', (raw, text) => {
    const result = bufferExporterConfig.safeParse(raw);
    expect(result.error?.message).toContain(text);
  });
});

describe('the exporter', () => {
  it('appends each request as one record, as it came, to its signal s topic', async () => {
    const directory = await makeFolder();
    const traces = await startExporter('traces', { directory });
    const logs = await startExporter('logs', { directory });
    const first = Buffer.from([1, 2, 3]);
    const second = Buffer.from('not OTLP at all, nobody looks');
    await traces.consume(telemetryOf(requestOf('traces', first), requestOf('traces', second, 7)));
    await logs.consume(telemetryOf(requestOf('logs', first)));
    await stop(traces);
    await stop(logs);

    const records = await recordsIn(directory, TOPICS.traces);
    expect(records.map(({ value }) => Buffer.from(value))).toEqual([first, second]);
    expect(records.map(({ headers }) => headers)).toEqual([
      { tenant: 'acme', items: '3' },
      { tenant: 'acme', items: '7' },
    ]);
    expect(records.map((record) => record.timestampUnixMs)).toEqual([RECEIVED_MS, RECEIVED_MS]);
    expect((await recordsIn(directory, TOPICS.logs)).length).toBe(1);
  });

  it('acknowledges what is durable: it is there when the folder is opened anew', async () => {
    const directory = await makeFolder();
    const exporter = await startExporter('traces', { directory });
    await Promise.all(
      Array.from({ length: 50 }, (_, index) =>
        exporter.consume(telemetryOf(requestOf('traces', Buffer.from(`${index}`)))),
      ),
    );
    await stop(exporter);
    expect((await recordsIn(directory, TOPICS.traces)).length).toBe(50);
  });

  it('fills partitions in turn with whole requests', async () => {
    const directory = await makeFolder();
    const exporter = await startExporter('traces', { directory, partitions: 3 });
    for (let index = 0; index < 6; index += 1) {
      await exporter.consume(telemetryOf(requestOf('traces', Buffer.from(`${index}`))));
    }
    await stop(exporter);
    for (const partition of [0, 1, 2]) {
      const texts = (await recordsIn(directory, TOPICS.traces, partition)).map(({ value }) =>
        Buffer.from(value).toString(),
      );
      expect(texts).toEqual([`${partition}`, `${partition + 3}`]);
    }
  });

  it('gives a request back with a delay when the buffer is full', async () => {
    const directory = await makeFolder();
    const exporter = await startExporter('traces', { directory, disk_reserve: 2 ** 52 });
    const request = telemetryOf(requestOf('traces', Buffer.from('a')));
    await expect(exporter.consume(request)).rejects.toMatchObject({
      code: 'OVERLOADED',
      retryable: true,
      retryAfterMs: 5000,
    });
  });

  it('refuses a request that is larger than a record may be, for good', async () => {
    const exporter = await startExporter('traces', { directory: await makeFolder() });
    const large = requestOf('traces', Buffer.alloc(RECORD_BYTES_MAX + 1));
    await expect(exporter.consume(telemetryOf(large))).rejects.toMatchObject({
      code: 'TOO_LARGE',
      retryable: false,
    });
  });

  it('does not start in a folder that another one holds, and says who', async () => {
    const directory = await makeFolder();
    const holder = await EmbeddedLog.open(directory);
    const exporter = bufferExporterFactory.create(
      contractSignalSettings('buffer', 'traces'),
      bufferExporterConfig.parse({ directory }),
    );
    await expect(exporter.start(contractHost())).rejects.toThrow(/in use by this process/);
    await stop(exporter);
    await holder.close();
  });

  it('shares the open log with whoever opens the folder in this process', async () => {
    const directory = await makeFolder();
    const exporter = await startExporter('metrics', { directory });
    const shared = await openSharedLog(directory);
    await exporter.consume(telemetryOf(requestOf('metrics', Buffer.from('a'))));
    expect(shared.log.state().find(({ topic }) => topic === TOPICS.metrics)?.endOffset).toBe(1);
    await stop(exporter);
    await shared.log.append(TOPICS.metrics, 0, [
      { value: Buffer.from('b'), headers: {}, timestampUnixMs: 0 },
    ]);
    await shared.release();
  });

  it('is shut down without a start and twice, and takes nothing afterwards', async () => {
    const config = bufferExporterConfig.parse({ directory: await makeFolder() });
    const exporter = bufferExporterFactory.create(
      contractSignalSettings('buffer', 'traces'),
      config,
    );
    await stop(exporter);
    await stop(exporter);
    const request = telemetryOf(requestOf('traces', Buffer.from('a')));
    await expect(exporter.consume(request)).rejects.toMatchObject({ code: 'SHUTTING_DOWN' });

    const running = await startExporter('traces', { directory: config.directory });
    const accepted = running.consume(request);
    await stop(running);
    await accepted;
    await expect(running.consume(request)).rejects.toMatchObject({ code: 'SHUTTING_DOWN' });
    expect((await recordsIn(config.directory, TOPICS.traces)).length).toBe(1);
  });
});
