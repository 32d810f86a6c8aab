import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import type { PartitionState } from '@sonde/buffer';
import { OwnTelemetry } from '@sonde/pipeline';
import { expect, it } from 'vitest';
import { KafkaMetrics } from '../src/kafka-metrics.ts';

const STATE: PartitionState = {
  topic: 'otlp_logs',
  partition: 3,
  startOffset: 0,
  endOffset: 120,
  sizeBytes: 0,
  lostRecords: 0,
  groups: { store: 100, other: 1 },
};

it('shows offset and lag of the group by the Collector s names, until it is ended', async () => {
  const exported = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  const exportIntervalMillis = 3_600_000;
  const reader = new PeriodicExportingMetricReader({ exporter: exported, exportIntervalMillis });
  const provider = new MeterProvider({ readers: [reader] });
  const shown = async (): Promise<unknown> => {
    exported.reset();
    await reader.forceFlush();
    const scopes = exported.getMetrics().at(-1)?.scopeMetrics ?? [];
    return Object.fromEntries(
      scopes
        .flatMap(({ metrics }) => metrics)
        .filter(({ dataPoints }) => dataPoints.length > 0)
        .map(({ descriptor, dataPoints }) => [descriptor.name, dataPoints[0]]),
    );
  };
  const metrics = new KafkaMetrics('store', new OwnTelemetry(provider));
  metrics.started(STATE);
  let asked = 0;
  let groups: PartitionState['groups'] = STATE.groups;
  const end = metrics.observe(() => {
    asked++;
    return [{ ...STATE, groups }];
  });
  const attributes = { topic: 'otlp_logs', partition: 3 };
  expect(await shown()).toMatchObject({
    otelcol_kafka_receiver_offset_lag: { value: 20, attributes },
    otelcol_kafka_receiver_current_offset: { value: 99, attributes },
    otelcol_kafka_receiver_partition_start: { value: 1, attributes },
  });
  // The partition went to another process, whose lag it is from now on.
  groups = {};
  expect(await shown()).toMatchObject({
    otelcol_kafka_receiver_offset_lag: { value: 0, attributes },
  });
  const before = asked;
  end();
  await shown();
  expect(asked).toBe(before);
  await provider.shutdown();
});
