import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import { DeliveryEvents, type LetterGroup } from '@sonde/delivery';
import { OwnTelemetry } from '@sonde/pipeline';
import { RecordingLogger } from '@sonde/pipeline/contract-suite';
import { expect, it } from 'vitest';

function group(reason: string, count: number): LetterGroup {
  const kind = { code: 'INVALID_DATA', signal: 'logs', tenant: 'acme', reason };
  return { ...kind, count, bytes: 1, oldestUnixMs: 1 };
}

it('shows dead letters by reason, and none of those that were put back', async () => {
  const exported = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  const exportIntervalMillis = 3_600_000;
  const reader = new PeriodicExportingMetricReader({ exporter: exported, exportIntervalMillis });
  const provider = new MeterProvider({ readers: [reader] });
  const names = { id: 'kafka', type: 'kafka', group: 'store' };
  const events = new DeliveryEvents(names, new RecordingLogger(), new OwnTelemetry(provider));
  let groups = [group('no OTLP', 2), group('too large', 1)];
  const end = events.observeLetters(() => groups);
  const shown = async (): Promise<unknown> => {
    exported.reset();
    await reader.forceFlush();
    const metrics = exported.getMetrics().at(-1)?.scopeMetrics[0]?.metrics ?? [];
    const gauge = metrics.find(
      ({ descriptor }) => descriptor.name === 'sonde_receiver_kafka_dead_letters_waiting',
    );
    const points = gauge?.dataPoints ?? [];
    return Object.fromEntries(points.map(({ attributes, value }) => [attributes['reason'], value]));
  };
  expect(await shown()).toEqual({ 'no OTLP': 2, 'too large': 1 });
  groups = [group('no OTLP', 1)];
  expect(await shown()).toEqual({ 'no OTLP': 1, 'too large': 0 });
  expect(await shown()).toEqual({ 'no OTLP': 1, 'too large': 0 });
  end();
  await provider.shutdown();
});
