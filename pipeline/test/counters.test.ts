import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import { afterEach, describe, expect, it } from 'vitest';
import { RecordingLogger } from '../src/contract-fixtures.ts';
import { SondeError } from '../src/errors.ts';
import { Service } from '../src/service.ts';
import { StaticSettingsSource } from '../src/settings/static-settings-source.ts';
import { batchOf, Journal } from './fixture-components.ts';
import { load } from './fixture-config.ts';

const YAML = `
receivers: {nop: }
processors: {tag: }
exporters: {nop: , nop/2: }
service: {pipelines: {traces: {receivers: [nop], processors: [tag], exporters: [nop, nop/2]}}}
`;

const exported = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
const reader = new PeriodicExportingMetricReader({
  exporter: exported,
  exportIntervalMillis: 3_600_000,
});
const meterProvider = new MeterProvider({ readers: [reader] });

afterEach(() => meterProvider.shutdown());

async function counts(): Promise<Record<string, number>> {
  await reader.forceFlush();
  const found: Record<string, number> = {};
  for (const { scopeMetrics } of exported.getMetrics().slice(-1)) {
    for (const { descriptor, dataPoints } of scopeMetrics.flatMap(({ metrics }) => metrics)) {
      for (const { attributes, value } of dataPoints) {
        if (typeof value !== 'number') continue;
        const labels = Object.entries(attributes).map(([key, label]) => `${key}=${label}`);
        found[`${descriptor.name}{${labels.join(',')}}`] = value;
      }
    }
  }
  return found;
}

describe('counters', () => {
  it('count every receiver, processor and exporter without their doing', async () => {
    const journal = new Journal();
    const logger = new RecordingLogger();
    const service = new Service({
      config: load(YAML, { journal }),
      logger,
      settings: new StaticSettingsSource(),
      meterProvider,
    });
    await service.start();
    const next = journal.consumers.get('receiver nop traces');
    await next?.consume(batchOf(3, 'grpc'));
    journal.failing.set('consume exporter nop/2 traces', new SondeError('UNAVAILABLE', 'away'));
    await expect(next?.consume(batchOf(5, 'http'))).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    expect(await counts()).toMatchObject({
      'otelcol_receiver_accepted_spans{receiver=nop,transport=grpc}': 3,
      'otelcol_receiver_refused_spans{receiver=nop,transport=http}': 5,
      'otelcol_processor_incoming_items{processor=tag,otel_signal=traces}': 8,
      'otelcol_processor_outgoing_items{processor=tag,otel_signal=traces}': 8,
      'otelcol_exporter_sent_spans{exporter=nop}': 8,
      'otelcol_exporter_sent_spans{exporter=nop/2}': 3,
      'otelcol_exporter_send_failed_spans{exporter=nop/2}': 5,
      'otelcol_exporter_in_flight_requests{exporter=nop,data_type=traces}': 0,
      'otelcol_process_memory_rss{}': expect.any(Number),
      'otelcol_process_uptime{}': expect.any(Number),
    });
    expect(logger.lines).toContainEqual({
      level: 'warn',
      message: 'Exporting failed. Rejecting data.',
      fields: {
        'otelcol.component.id': 'nop/2',
        'otelcol.component.kind': 'exporter',
        'otelcol.signal': 'traces',
        code: 'UNAVAILABLE',
        error: 'away',
        rejected_items: 5,
      },
    });
    await service.shutdown();
  });
});
