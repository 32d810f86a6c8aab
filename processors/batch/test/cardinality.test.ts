import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import { clientInfo, OwnTelemetry } from '@sonde/pipeline';
import { GatedConsumer } from '@sonde/pipeline/contract-suite';
import { requestOf, telemetryOf } from '@sonde/processor-test-graph';
import { expect, it } from 'vitest';
import { BatchEvents } from '../src/batch-events.ts';
import { BatchProcessor } from '../src/batch-processor.ts';
import { batchConfig } from '../src/index.ts';

const NOW = new AbortController().signal;
const GAUGE = 'otelcol_processor_batch_metadata_cardinality';

it('shows how many combinations of headers it keeps apart, until it is shut down', async () => {
  const exported = new InMemoryMetricExporter(AggregationTemporality.DELTA);
  const exportIntervalMillis = 3_600_000;
  const reader = new PeriodicExportingMetricReader({ exporter: exported, exportIntervalMillis });
  const provider = new MeterProvider({ readers: [reader] });
  const config = batchConfig.parse({ metadata_keys: ['x-org'], timeout: '1h' });
  const events = new BatchEvents('batch/orgs', new OwnTelemetry(provider));
  const batch = new BatchProcessor(config, new GatedConsumer(), events);
  await batch.start();
  const shown = async (): Promise<unknown> => {
    exported.reset();
    await reader.forceFlush();
    const metrics = exported
      .getMetrics()
      .at(-1)
      ?.scopeMetrics.flatMap((scope) => scope.metrics);
    const points = metrics?.find(({ descriptor }) => descriptor.name === GAUGE)?.dataPoints;
    return points?.map(({ value, attributes }) => [value, attributes['processor']]) ?? [];
  };
  expect(await shown()).toEqual([[0, 'batch/orgs']]);
  const json = { resourceLogs: [{ scopeLogs: [{ logRecords: [{ body: { stringValue: '' } }] }] }] };
  const waiting = ['a', 'b', 'a'].map((org) => {
    const client = clientInfo({ metadata: new Map([['x-org', [org]]]) });
    return batch.consume(telemetryOf([requestOf('logs', json)]).withClient(client));
  });
  expect(await shown()).toEqual([[2, 'batch/orgs']]);
  await batch.shutdown(NOW);
  await Promise.all(waiting);
  expect(await shown()).toEqual([]);
  await provider.shutdown();
});
