import { hostname } from 'node:os';
import { metrics, trace } from '@opentelemetry/api';
import { logs } from '@opentelemetry/api-logs';
import { OTLPLogExporter } from '@opentelemetry/exporter-logs-otlp-proto';
import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-proto';
import { PrometheusExporter } from '@opentelemetry/exporter-prometheus';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { type Resource, resourceFromAttributes } from '@opentelemetry/resources';
import { BatchLogRecordProcessor, LoggerProvider } from '@opentelemetry/sdk-logs';
import {
  type IMetricReader,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import { BatchSpanProcessor, NodeTracerProvider } from '@opentelemetry/sdk-trace-node';
import { VERSION } from '../version.ts';
import { observeProcess } from './process-metrics.ts';

/** How often own metrics leave, and the longest an own span or log line waits. */
const METRIC_INTERVAL_MS = 10_000;
const SCHEDULE_DELAY_MS = 2000;

/** Own spans and log lines that wait for the gateway; beyond it they are dropped, never blocking. */
const QUEUE_ITEMS_MAX = 2048;

/** Marks everything Sonde says about itself; the store and the page tell it apart by this. */
const OWN_NAMESPACE = 'sonde';

export interface OwnTelemetryOptions {
  /** `sonde-gateway`, `sonde-serve`, ... */
  readonly serviceName: string;
  /** OTLP/HTTP address of Sonde's own gateway, without a path; undefined sends nothing. */
  readonly endpoint: string | undefined;
  /** Where own metrics are served in Prometheus' text format, `host:port`; undefined serves none. */
  readonly metricsEndpoint: string | undefined;
}

/**
 * Sonde's own spans, metrics and log lines, sent to its own gateway like anybody else's.
 *
 * Nothing feeds on itself: the gateway makes no span for a request it takes, metrics leave at a
 * fixed interval however much there is, and exporting is not instrumented.
 * Returns what ends it: flushes for at most `SCHEDULE_DELAY_MS` and never throws.
 */
export function startOwnTelemetry(options: OwnTelemetryOptions): () => Promise<void> {
  const resource = ownResource(options.serviceName);
  const meterProvider = new MeterProvider({ resource, readers: metricReaders(options) });
  metrics.setGlobalMeterProvider(meterProvider);
  observeProcess(meterProvider.getMeter('sonde.process'));
  const providers = [meterProvider, ...pushProviders(resource, options.endpoint)];

  return async () => {
    const flushed = Promise.allSettled(providers.map((provider) => provider.shutdown()));
    await Promise.race([flushed, delay(SCHEDULE_DELAY_MS)]);
    trace.disable();
    metrics.disable();
    logs.disable();
  };
}

function metricReaders({ endpoint, metricsEndpoint }: OwnTelemetryOptions): IMetricReader[] {
  const readers: IMetricReader[] = [];
  if (endpoint !== undefined) {
    readers.push(
      new PeriodicExportingMetricReader({
        exporter: new OTLPMetricExporter({ url: `${endpoint}/v1/metrics` }),
        exportIntervalMillis: METRIC_INTERVAL_MS,
        exportTimeoutMillis: METRIC_INTERVAL_MS / 2,
      }),
    );
  }
  if (metricsEndpoint !== undefined) {
    const { hostname: host, port } = new URL(`http://${metricsEndpoint}`);
    readers.push(new PrometheusExporter({ host, port: Number(port) }));
  }
  return readers;
}

/** Providers of spans and log lines, made the global ones. */
function pushProviders(
  resource: Resource,
  endpoint: string | undefined,
): readonly { shutdown(): Promise<void> }[] {
  if (endpoint === undefined) return [];
  const queue = { maxQueueSize: QUEUE_ITEMS_MAX, scheduledDelayMillis: SCHEDULE_DELAY_MS };
  const spanExporter = new OTLPTraceExporter({ url: `${endpoint}/v1/traces` });
  const tracerProvider = new NodeTracerProvider({
    resource,
    spanProcessors: [new BatchSpanProcessor(spanExporter, queue)],
  });
  const logExporter = new OTLPLogExporter({ url: `${endpoint}/v1/logs` });
  const loggerProvider = new LoggerProvider({
    resource,
    processors: [new BatchLogRecordProcessor({ exporter: logExporter, ...queue })],
  });
  tracerProvider.register();
  logs.setGlobalLoggerProvider(loggerProvider);
  return [tracerProvider, loggerProvider];
}

function ownResource(serviceName: string): Resource {
  return resourceFromAttributes({
    'service.name': serviceName,
    'service.namespace': OWN_NAMESPACE,
    'service.version': VERSION,
    'service.instance.id': `${hostname()}:${process.pid}`,
    'host.name': hostname(),
    'process.pid': process.pid,
    'process.runtime.name': 'nodejs',
    'process.runtime.version': process.versions.node,
  });
}

function delay(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms).unref());
}
