import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import { describe, expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import type { Component, Host } from '../src/component.ts';
import { contractHost, contractSignalSettings, RecordingLogger } from '../src/contract-fixtures.ts';
import { SondeError } from '../src/errors.ts';
import { OwnTelemetry } from '../src/events/own-telemetry.ts';
import { SendingExporter, sendingFields } from '../src/exporting/index.ts';
import type { StorageClient, StorageExtension, StorageOperation } from '../src/storage/storage.ts';
import { batchOf } from './fixture-components.ts';
import { ScriptedDestination } from './scripted-destination.ts';

const NO_DEADLINE = new AbortController().signal;
const schema = z.strictObject(sendingFields({ timeout: '5s' }));

/** A storage in memory that a test can damage. */
class FragileStorage implements Component, StorageExtension, StorageClient {
  readonly values: Map<string, Uint8Array> = new Map();
  refusesDeletions = false;

  async start(): Promise<void> {}

  async shutdown(): Promise<void> {}

  storageClient(): Promise<StorageClient> {
    return Promise.resolve(this);
  }

  get(key: string): Promise<Uint8Array | undefined> {
    return Promise.resolve(this.values.get(key));
  }

  async set(key: string, value: Uint8Array): Promise<void> {
    await this.batch([{ type: 'set', key, value }]);
  }

  async delete(key: string): Promise<void> {
    await this.batch([{ type: 'delete', key }]);
  }

  batch(operations: readonly StorageOperation[]): Promise<readonly (Uint8Array | undefined)[]> {
    if (this.refusesDeletions && operations.some(({ type }) => type === 'delete')) {
      return Promise.reject(new SondeError('UNAVAILABLE', 'the disk is away'));
    }
    const found = operations.map((operation) => {
      if (operation.type === 'get') return this.values.get(operation.key);
      if (operation.type === 'set') this.values.set(operation.key, operation.value);
      else this.values.delete(operation.key);
      return undefined;
    });
    return Promise.resolve(found);
  }

  async close(): Promise<void> {}
}

async function run(storage: FragileStorage) {
  const exported = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  const exportIntervalMillis = 3_600_000;
  const reader = new PeriodicExportingMetricReader({ exporter: exported, exportIntervalMillis });
  const provider = new MeterProvider({ readers: [reader] });
  const logger = new RecordingLogger();
  const destination = new ScriptedDestination();
  const exporter = new SendingExporter(
    { ...contractSignalSettings('otlp', 'traces', logger), telemetry: new OwnTelemetry(provider) },
    schema.parse({ sending_queue: { storage: 'disk', num_consumers: 1 } }),
    destination,
  );
  const host: Host = { ...contractHost(), extension: () => storage };
  await exporter.start(host);
  onTestFinished(async () => {
    await exporter.shutdown(AbortSignal.abort());
    await provider.shutdown();
  });
  const count = async (name: string): Promise<unknown> => {
    await reader.forceFlush();
    const metrics = exported
      .getMetrics()
      .at(-1)
      ?.scopeMetrics.flatMap((scope) => scope.metrics);
    return metrics?.find(({ descriptor }) => descriptor.name === name)?.dataPoints[0]?.value;
  };
  return { exporter, destination, logger, count };
}

describe('a sending queue whose storage', () => {
  it('gives back no item where one was says so, and sends the others', async () => {
    const storage = new FragileStorage();
    const before = await run(storage);
    for (const items of [2, 3]) await before.exporter.consume(batchOf(items));
    await before.exporter.shutdown(AbortSignal.abort());
    const [first] = [...storage.values.keys()].filter((key) => key !== 'bounds');
    storage.values.set(first ?? '', Buffer.from('no item'));
    const { destination, count, exporter, logger } = await run(storage);
    const push = await destination.nth(0);
    expect(push.telemetry.itemCount).toBe(3);
    push.succeed();
    await exporter.shutdown(NO_DEADLINE);
    expect(await count('sonde_exporter_queue_unreadable')).toBe(1);
    expect(logger.lines.map(({ message }) => message)).toContain(
      'An entry of the persistent queue cannot be read. Dropping it.',
    );
  });

  it('deletes nothing that was sent says so, and sends it again after a restart', async () => {
    const storage = new FragileStorage();
    const { exporter, destination, count } = await run(storage);
    await exporter.consume(batchOf(2));
    const push = await destination.nth(0);
    storage.refusesDeletions = true;
    push.succeed();
    await exporter.shutdown(NO_DEADLINE);
    expect(await count('sonde_exporter_queue_delete_failed')).toBe(1);
    expect(await count('otelcol_exporter_sent_spans')).toBe(2);
    storage.refusesDeletions = false;
    const again = await (await run(storage)).destination.nth(0);
    expect(again.telemetry.itemCount).toBe(2);
    again.succeed();
  });
});
