import { metrics, trace } from '@opentelemetry/api';
import { logs } from '@opentelemetry/api-logs';
import { OTLPLogExporter } from '@opentelemetry/exporter-logs-otlp-proto';
import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-proto';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { CompressionAlgorithm } from '@opentelemetry/otlp-exporter-base';
import {
  ProtobufLogsSerializer,
  ProtobufMetricsSerializer,
  ProtobufTraceSerializer,
} from '@opentelemetry/otlp-transformer';
import type { Resource } from '@opentelemetry/resources';
import {
  BatchLogRecordProcessor,
  LoggerProvider,
  type LogRecordExporter,
} from '@opentelemetry/sdk-logs';
import {
  type IMetricReader,
  MeterProvider,
  type MetricProducer,
  PeriodicExportingMetricReader,
  type PushMetricExporter,
} from '@opentelemetry/sdk-metrics';
import {
  BatchSpanProcessor,
  NodeTracerProvider,
  ParentBasedSampler,
  type SpanExporter,
  TraceIdRatioBasedSampler,
} from '@opentelemetry/sdk-trace-node';
import type {
  MetricReaderConfig,
  OtlpTarget,
  OwnTelemetryConfig,
  RunningTelemetry,
} from '@sonde/pipeline';
import { agentTls, OtlpGrpcExporter } from './grpc-exporter.ts';
import { metricView } from './metric-view.ts';
import { ownResource } from './own-resource.ts';
import { PrometheusReader } from './prometheus-reader.ts';

/** The longest an own span or log line waits, and what the end of a process waits for the rest. */
const SCHEDULE_DELAY_MS = 2000;

/** Own spans and log lines that wait to be sent; beyond it they are dropped, never blocking. */
const QUEUE_ITEMS_MAX = 2048;

interface Provider {
  shutdown(): Promise<void>;
}

/**
 * Sonde's own spans, metrics and log lines, as `service.telemetry` says; they become the API's
 * global providers. Rejects when a port for Prometheus cannot be opened, or a certificate not be read.
 *
 * Nothing feeds on itself: the gateway makes no span for a request it takes from itself, metrics
 * leave at a fixed interval however much there is, and exporting is not instrumented.
 * `producers` have metrics of the process's other threads. `end` flushes for at most `SCHEDULE_DELAY_MS` and never rejects.
 */
export async function startOwnTelemetry(
  config: OwnTelemetryConfig,
  serviceName: string,
  producers: readonly MetricProducer[] = [],
): Promise<RunningTelemetry> {
  const resource = ownResource(serviceName, config.resource);
  const meterProvider = new MeterProvider({
    resource,
    readers: await openReaders(config.metrics.readers, producers),
    views: config.metrics.views.map(metricView),
  });
  metrics.setGlobalMeterProvider(meterProvider);
  const providers: readonly Provider[] = [
    meterProvider,
    ...(await startTraces(resource, config)),
    ...(await startLogs(resource, config.logs.targets)),
  ];
  return {
    meterProvider,
    end: async () => {
      const flushed = Promise.allSettled(providers.map((provider) => provider.shutdown()));
      await Promise.race([flushed, delay(SCHEDULE_DELAY_MS)]);
      trace.disable();
      metrics.disable();
      logs.disable();
    },
  };
}

/** All or none: what was opened before one that fails is closed. */
async function openReaders(
  configs: readonly MetricReaderConfig[],
  producers: readonly MetricProducer[],
): Promise<IMetricReader[]> {
  const readers: IMetricReader[] = [];
  try {
    for (const config of configs) readers.push(await openReader(config, producers));
  } catch (error) {
    await Promise.allSettled(readers.map((reader) => reader.shutdown()));
    throw error;
  }
  return readers;
}

async function openReader(
  config: MetricReaderConfig,
  producers: readonly MetricProducer[],
): Promise<IMetricReader> {
  if (config.kind === 'prometheus') return PrometheusReader.open(config, producers);
  return new PeriodicExportingMetricReader({
    metricProducers: [...producers],
    exporter: await metricExporter(config.target),
    exportIntervalMillis: config.intervalMs,
    exportTimeoutMillis: config.timeoutMs,
  });
}

async function startTraces(
  resource: Resource,
  { traces }: Pick<OwnTelemetryConfig, 'traces'>,
): Promise<readonly Provider[]> {
  if (traces.targets.length === 0) return [];
  const root = new TraceIdRatioBasedSampler(traces.samplingRatio);
  const exporters = await Promise.all(traces.targets.map(spanExporter));
  const provider = new NodeTracerProvider({
    resource,
    sampler: new ParentBasedSampler({ root }),
    spanProcessors: exporters.map(
      (exporter) =>
        new BatchSpanProcessor(exporter, {
          maxQueueSize: QUEUE_ITEMS_MAX,
          scheduledDelayMillis: SCHEDULE_DELAY_MS,
        }),
    ),
  });
  provider.register();
  return [provider];
}

async function startLogs(
  resource: Resource,
  targets: readonly OtlpTarget[],
): Promise<readonly Provider[]> {
  if (targets.length === 0) return [];
  const exporters = await Promise.all(targets.map(logExporter));
  const provider = new LoggerProvider({
    resource,
    processors: exporters.map(
      (exporter) =>
        new BatchLogRecordProcessor({
          exporter,
          maxQueueSize: QUEUE_ITEMS_MAX,
          scheduledDelayMillis: SCHEDULE_DELAY_MS,
        }),
    ),
  });
  logs.setGlobalLoggerProvider(provider);
  return [provider];
}

async function spanExporter(target: OtlpTarget): Promise<SpanExporter> {
  const grpc = { service: 'trace.v1.TraceService', serializer: ProtobufTraceSerializer } as const;
  if (target.transport === 'grpc') return OtlpGrpcExporter.open(target, grpc);
  return new OTLPTraceExporter(await exporterOptions(target));
}

async function metricExporter(target: OtlpTarget): Promise<PushMetricExporter> {
  const serializer = ProtobufMetricsSerializer;
  const grpc = { service: 'metrics.v1.MetricsService', serializer } as const;
  if (target.transport === 'grpc') return OtlpGrpcExporter.open(target, grpc);
  return new OTLPMetricExporter(await exporterOptions(target));
}

async function logExporter(target: OtlpTarget): Promise<LogRecordExporter> {
  const grpc = { service: 'logs.v1.LogsService', serializer: ProtobufLogsSerializer } as const;
  if (target.transport === 'grpc') return OtlpGrpcExporter.open(target, grpc);
  return new OTLPLogExporter(await exporterOptions(target));
}

async function exporterOptions(target: OtlpTarget): Promise<{
  readonly url: string;
  readonly headers: Record<string, string>;
  readonly timeoutMillis: number;
  readonly compression: CompressionAlgorithm;
  readonly httpAgentOptions: Awaited<ReturnType<typeof agentTls>>;
}> {
  const { GZIP, NONE } = CompressionAlgorithm;
  return {
    url: target.url,
    headers: { ...target.headers },
    timeoutMillis: target.timeoutMs,
    compression: target.compression === 'gzip' ? GZIP : NONE,
    httpAgentOptions: await agentTls(target),
  };
}

function delay(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms).unref());
}
