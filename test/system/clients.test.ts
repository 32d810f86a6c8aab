import { join } from 'node:path';
import { trace } from '@opentelemetry/api';
import { OTLPLogExporter } from '@opentelemetry/exporter-logs-otlp-http';
import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-proto';
import { OTLPTraceExporter as GrpcTraceExporter } from '@opentelemetry/exporter-trace-otlp-grpc';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BatchLogRecordProcessor, LoggerProvider } from '@opentelemetry/sdk-logs';
import { MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics';
import { BatchSpanProcessor, NodeTracerProvider } from '@opentelemetry/sdk-trace-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ROOT } from '../tidy/repository.ts';
import { Collector } from './collector.ts';
import { collectorPath, goSenderPath, javaSenderClassPath, pythonPath, runPeer } from './peers.ts';
import { Sonde } from './sonde.ts';

const COUNT = 500;

const sonde = new Sonde();

beforeAll(async () => {
  await sonde.up();
});

afterAll(async () => {
  await sonde.remove();
});

/** Everything a peer said it sent is in the store once, and its service is in the API. */
async function expectArrived(service: string, spans: number, logs: number): Promise<void> {
  const where = `WHERE service = '${service}'`;
  await sonde.untilSelect(`SELECT count() FROM spans ${where}`, String(spans));
  await sonde.untilSelect(`SELECT uniqExact(span_id) FROM spans ${where}`, String(spans));
  await sonde.untilSelect(`SELECT count() FROM logs ${where}`, String(logs));
  await sonde.untilSelect(
    `SELECT sum(value) FROM metric_samples WHERE metric = 'peer.work' AND series IN (SELECT series FROM metric_series ${where})`,
    String(spans),
  );
  const traces = async (): Promise<string> => {
    const path = `/api/v1/traces?from=now-1h&to=now&service=${service}`;
    return (await fetch(`${sonde.addresses.page}${path}`)).text();
  };
  // The index of traces has a block a moment after its spans.
  await expect.poll(traces, { timeout: 10_000 }).toContain(`"rootService":"${service}"`);
}

describe('clients', () => {
  it('the Node SDK over HTTP protobuf and JSON', async () => {
    const service = 'peer-node';
    const resource = resourceFromAttributes({ 'service.name': service });
    const url = (signal: string): string => `${sonde.addresses.otlpHttp}/v1/${signal}`;
    const spanProcessor = new BatchSpanProcessor(new OTLPTraceExporter({ url: url('traces') }));
    await sendNodeSpans(resource, spanProcessor);

    const reader = new PeriodicExportingMetricReader({
      exporter: new OTLPMetricExporter({ url: url('metrics') }),
    });
    const meters = new MeterProvider({ resource, readers: [reader] });
    meters.getMeter('peer').createCounter('peer.work').add(COUNT);
    await meters.shutdown();

    const logs = new LoggerProvider({
      resource,
      processors: [
        new BatchLogRecordProcessor({ exporter: new OTLPLogExporter({ url: url('logs') }) }),
      ],
    });
    const logger = logs.getLogger('peer');
    for (let index = 0; index < COUNT; index++)
      logger.emit({ body: `line ${index}`, severityNumber: 9 });
    await logs.shutdown();
    await expectArrived(service, COUNT, COUNT);
  });

  it('the Node SDK over gRPC', async () => {
    const service = 'peer-node-grpc';
    const resource = resourceFromAttributes({ 'service.name': service });
    const exporter = new GrpcTraceExporter({ url: `http://${sonde.addresses.otlpGrpc}` });
    await sendNodeSpans(resource, new BatchSpanProcessor(exporter));
    await sonde.untilSelect(
      `SELECT count() FROM spans WHERE service = '${service}'`,
      String(COUNT),
    );
  });

  const python = pythonPath();
  it.skipIf(python === undefined)('the Python SDK over HTTP', async () => {
    const args = [join(ROOT, 'test/peers/python/sender.py'), 'http', String(COUNT), 'http'];
    await runPeer(python ?? '', args, { OTEL_EXPORTER_OTLP_ENDPOINT: sonde.addresses.otlpHttp });
    await expectArrived('peer-python', COUNT, COUNT);
  });

  it.skipIf(python === undefined)('the Python SDK over gRPC', async () => {
    const args = [join(ROOT, 'test/peers/python/sender.py'), 'grpc', String(COUNT), 'grpc'];
    await runPeer(python ?? '', args, {
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://${sonde.addresses.otlpGrpc}`,
      OTEL_EXPORTER_OTLP_INSECURE: 'true',
    });
    const query = "SELECT count() FROM spans WHERE service = 'peer-python'";
    await sonde.untilSelect(query, String(2 * COUNT));
  });

  it('the Go SDK over HTTP', async (context) => {
    const sender = await goSenderPath();
    if (sender === undefined) return context.skip('no Go here');
    await runPeer(sender, ['go', String(COUNT)], {
      OTEL_EXPORTER_OTLP_ENDPOINT: sonde.addresses.otlpHttp,
    });
    await expectArrived('peer-go', COUNT, COUNT);
  });

  it.for(['http', 'grpc'])('the Java SDK over %s', async (protocol, context) => {
    const classPath = await javaSenderClassPath();
    if (classPath === undefined) return context.skip('no Java compiler or no Maven here');
    const service = `peer-java-${protocol}`;
    const { otlpHttp, otlpGrpc } = sonde.addresses;
    const endpoint = protocol === 'grpc' ? `http://${otlpGrpc}` : otlpHttp;
    const args = ['-cp', classPath, 'Sender', protocol, endpoint, service, String(COUNT)];
    await runPeer('java', args, {});
    await expectArrived(service, COUNT, COUNT);
  });

  const binary = collectorPath();
  it.skipIf(binary === undefined)('a Collector in front, over gRPC with gzip', async () => {
    const collector = await Collector.start(binary ?? '', sonde.addresses.otlpGrpc);
    try {
      const resource = resourceFromAttributes({ 'service.name': 'peer-collector' });
      const exporter = new OTLPTraceExporter({ url: `${collector.endpoint}/v1/traces` });
      await sendNodeSpans(resource, new BatchSpanProcessor(exporter));
      const query = "SELECT count() FROM spans WHERE service = 'peer-collector'";
      await sonde.untilSelect(query, String(COUNT));
    } finally {
      await collector.stop();
    }
  });
});

async function sendNodeSpans(
  resource: ReturnType<typeof resourceFromAttributes>,
  spanProcessor: BatchSpanProcessor,
): Promise<void> {
  const provider = new NodeTracerProvider({ resource, spanProcessors: [spanProcessor] });
  const tracer = provider.getTracer('peer');
  for (let index = 0; index < COUNT; index++) {
    tracer.startSpan('work', { root: true, attributes: { index } }).end();
  }
  await provider.shutdown();
  trace.disable();
}
