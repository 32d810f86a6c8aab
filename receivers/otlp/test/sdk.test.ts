import { OTLPLogExporter } from '@opentelemetry/exporter-logs-otlp-http';
import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-proto';
import { OTLPTraceExporter as GrpcTraceExporter } from '@opentelemetry/exporter-trace-otlp-grpc';
import { OTLPTraceExporter as ProtoTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BatchLogRecordProcessor, LoggerProvider } from '@opentelemetry/sdk-logs';
import { MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics';
import {
  BatchSpanProcessor,
  NodeTracerProvider,
  type SpanExporter,
} from '@opentelemetry/sdk-trace-node';
import { SondeError } from '@sonde/pipeline';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { type Started, start } from './harness.ts';

const resource = resourceFromAttributes({ 'service.name': 'shop' });

/** Ends so many spans and exports them; rejects when the exporter gives up. */
async function exportSpans(exporter: SpanExporter, count: number): Promise<void> {
  const provider = new NodeTracerProvider({
    resource,
    spanProcessors: [new BatchSpanProcessor(exporter)],
  });
  const tracer = provider.getTracer('test');
  for (let i = 0; i < count; i += 1) {
    const span = tracer.startSpan(`GET /${i}`, { attributes: { 'http.route': '/', size: i } });
    span.addEvent('exception', { 'exception.message': 'ä' });
    span.end();
  }
  await provider.forceFlush();
  await provider.shutdown();
}

function items({ pipeline }: Started): number {
  return pipeline.taken.reduce((sum, { itemCount }) => sum + itemCount, 0);
}

function allDecode({ pipeline }: Started): void {
  for (const telemetry of pipeline.taken) {
    expect(telemetry.columns().signal).toBe(telemetry.signal);
    expect(Buffer.from(telemetry.requests[0]?.bytes ?? []).toString('latin1')).toContain('shop');
  }
}

describe('the SDKs of OpenTelemetry', () => {
  it('send spans by gRPC', async () => {
    const started = await start();
    await exportSpans(new GrpcTraceExporter({ url: `http://${started.grpc}` }), 1000);
    expect(items(started)).toBe(1000);
    allDecode(started);
  });

  it('send spans by HTTP in protobuf, packed', async () => {
    // Nothing but gzip is taken, so that the test fails when the SDK does not pack.
    const started = await start({ http: { compression_algorithms: ['gzip'] } });
    vi.stubEnv('OTEL_EXPORTER_OTLP_COMPRESSION', 'gzip');
    onTestFinished(() => {
      vi.unstubAllEnvs();
    });
    const exporter = new ProtoTraceExporter({ url: `http://${started.http}/v1/traces` });
    await exportSpans(exporter, 1000);
    expect(items(started)).toBe(1000);
    allDecode(started);
  });

  it('send metrics by HTTP in protobuf', async () => {
    const started = await start();
    const exporter = new OTLPMetricExporter({ url: `http://${started.http}/v1/metrics` });
    const reader = new PeriodicExportingMetricReader({ exporter });
    const provider = new MeterProvider({ resource, readers: [reader] });
    const meter = provider.getMeter('test');
    meter.createCounter('requests').add(3, { route: '/' });
    meter.createHistogram('latency').record(12.5);
    await provider.forceFlush();
    expect(items(started)).toBe(2);
    await provider.shutdown();
    allDecode(started);
  });

  it('send logs by HTTP in JSON', async () => {
    const started = await start();
    const exporter = new OTLPLogExporter({ url: `http://${started.http}/v1/logs` });
    const provider = new LoggerProvider({
      resource,
      processors: [new BatchLogRecordProcessor({ exporter })],
    });
    const logger = provider.getLogger('test');
    logger.emit({ body: 'hello', severityNumber: 9, attributes: { deep: { er: [1, 'a', true] } } });
    logger.emit({ body: { structured: true } });
    await provider.forceFlush();
    await provider.shutdown();
    expect(items(started)).toBe(2);
    allDecode(started);
  });

  it('come back when they are asked to, and lose nothing', async () => {
    const started = await start();
    let refusals = 0;
    started.pipeline.answerWith(() => {
      refusals += 1;
      const busy = new SondeError('OVERLOADED', 'full', { retryAfterMs: 10 });
      return refusals <= 2 ? Promise.reject(busy) : Promise.resolve();
    });
    // The gRPC exporter of this SDK (0.222) does not try again, whatever it is told.
    await exportSpans(new ProtoTraceExporter({ url: `http://${started.http}/v1/traces` }), 10);
    expect(refusals).toBe(3);
    expect(started.pipeline.taken.at(-1)?.itemCount).toBe(10);
  });
});
