import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import { expect, it } from 'vitest';
import { z } from 'zod';
import type { Consumer, ExporterFactory, Factory, ReceiverFactory } from '../src/component.ts';
import { loadConfig } from '../src/config/load-config.ts';
import { resolveConfig } from '../src/config/resolve-config.ts';
import { contractHost, RecordingLogger } from '../src/contract-fixtures.ts';
import { OwnTelemetry } from '../src/events/own-telemetry.ts';
import { type SendingConfig, SendingExporter, sendingFields } from '../src/exporting/index.ts';
import { buildGraph } from '../src/graph/build-graph.ts';
import { StaticSettingsSource } from '../src/settings/static-settings-source.ts';
import { batchOf } from './fixture-components.ts';
import { ScriptedDestination } from './scripted-destination.ts';

it('the graph leaves the counting to an exporter that queues', async () => {
  const exported = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  const exportIntervalMillis = 3_600_000;
  const reader = new PeriodicExportingMetricReader({ exporter: exported, exportIntervalMillis });
  const provider = new MeterProvider({ readers: [reader] });
  const destination = new ScriptedDestination();
  let entry: Consumer | undefined;
  const receiver: ReceiverFactory = {
    kind: 'receiver',
    type: 'feed',
    config: z.unknown(),
    signals: { traces: 'beta' },
    create: (_settings, _config, next) => {
      entry = next.traces;
      return { start: () => Promise.resolve(), shutdown: () => Promise.resolve() };
    },
  };
  const exporter: ExporterFactory<SendingConfig> = {
    kind: 'exporter',
    type: 'send',
    config: z.strictObject(sendingFields({ timeout: '5s' })),
    signals: { traces: 'beta' },
    create: (settings, config) => new SendingExporter(settings, config, destination),
  };
  const factories: Factory[] = [receiver, exporter];
  const yaml = `
receivers: {feed: }
exporters: {send: {}}
service: {pipelines: {traces: {receivers: [feed], exporters: [send]}}}
`;
  const resolved = resolveConfig({
    configUris: [`yaml:${yaml}`],
    sets: [],
    env: {},
    warn: () => undefined,
  });
  const graph = buildGraph({
    config: loadConfig(await resolved, { factories, warn: () => undefined }),
    logger: new RecordingLogger(),
    settings: new StaticSettingsSource(),
    telemetry: new OwnTelemetry(provider),
  });
  const sent = async (): Promise<readonly unknown[]> => {
    await reader.forceFlush();
    const metrics = exported
      .getMetrics()
      .at(-1)
      ?.scopeMetrics.flatMap((scope) => scope.metrics);
    return (metrics ?? [])
      .filter(({ descriptor }) => descriptor.name === 'otelcol_exporter_sent_spans')
      .flatMap(({ dataPoints }) => dataPoints.map(({ value }) => value));
  };
  const [built] = graph.exporters;
  if (built === undefined) throw new Error('no exporter');
  await built.component.start(contractHost());
  await entry?.consume(batchOf(3));
  expect(await sent()).toEqual([]);
  (await destination.nth(0)).succeed();
  await built.component.shutdown(new AbortController().signal);
  expect(await sent()).toEqual([3]);
  await provider.shutdown();
});
