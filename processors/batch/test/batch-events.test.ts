import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import { OwnTelemetry } from '@sonde/pipeline';
import { GatedConsumer } from '@sonde/pipeline/contract-suite';
import { sampleTelemetry } from '@sonde/processor-test-graph';
import { expect, it } from 'vitest';
import { BatchEvents } from '../src/batch-events.ts';
import { BatchProcessor } from '../src/batch-processor.ts';
import { batchConfig } from '../src/index.ts';

it('counts batches by what made them go, and their sizes', async () => {
  const exported = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  const exportIntervalMillis = 3_600_000;
  const reader = new PeriodicExportingMetricReader({ exporter: exported, exportIntervalMillis });
  const provider = new MeterProvider({ readers: [reader] });
  const batch = sampleTelemetry('traces');
  const config = batchConfig.parse({ timeout: '1h', send_batch_size: batch.itemCount + 1 });
  const events = new BatchEvents('batch', new OwnTelemetry(provider));
  const subject = new BatchProcessor(config, new GatedConsumer(), events);
  await subject.start();
  await Promise.all([subject.consume(batch), subject.consume(batch)]);
  const last = subject.consume(batch);
  await subject.shutdown(new AbortController().signal);
  await last;
  await reader.forceFlush();
  const metrics = exported
    .getMetrics()
    .at(-1)
    ?.scopeMetrics.flatMap((scope) => scope.metrics);
  const shown = (name: string): unknown =>
    metrics?.find(({ descriptor }) => descriptor.name === `otelcol_processor_batch_${name}`)
      ?.dataPoints[0]?.value;
  expect(shown('batch_size_trigger_send')).toBe(1);
  expect(shown('timeout_trigger_send')).toBe(1);
  expect(shown('batch_send_size')).toMatchObject({ count: 2, sum: 3 * batch.itemCount });
  expect(shown('batch_send_size_bytes')).toMatchObject({ count: 2, sum: 3 * batch.byteCount });
  await provider.shutdown();
});
