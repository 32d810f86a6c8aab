import {
  InMemorySpanExporter,
  NodeTracerProvider,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runSonde, type Sonde } from './engine-fixture.ts';

const exporter = new InMemorySpanExporter();
let sonde: Sonde;

beforeAll(async () => {
  // With the context manager and the W3C propagator of a Node process.
  new NodeTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] }).register();
  sonde = await runSonde({ migrated: true });
});
afterAll(() => sonde.close());

describe('own telemetry', () => {
  it('has a server span a request and a client span a store query, in the trace of the caller', async () => {
    exporter.reset();
    const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
    await (await fetch(`${sonde.url}/api/v1/services/x`, { headers: { traceparent } })).text();
    const spans = exporter.getFinishedSpans();
    expect(spans.map(({ name }) => name).sort()).toEqual([
      'GET /api/v1/services/:service',
      'SELECT red_1m latency',
      'SELECT red_1m operations',
      'SELECT red_1m seen',
    ]);
    const server = spans.find(({ name }) => name.startsWith('GET'));
    expect(server?.spanContext().traceId).toBe('4bf92f3577b34da6a3ce929d0e0e4736');
    expect(server?.parentSpanContext?.spanId).toBe('00f067aa0ba902b7');
    expect(server?.attributes).toMatchObject({
      'http.request.method': 'GET',
      'http.route': '/api/v1/services/:service',
      'http.response.status_code': 200,
    });
    for (const query of spans.filter((span) => span !== server)) {
      expect(query.parentSpanContext?.spanId).toBe(server?.spanContext().spanId);
      expect(query.attributes).toMatchObject({
        'db.system.name': 'clickhouse',
        'db.query.summary': query.name,
      });
    }
  });

  it('says the status of a refused request and does not call it an error of the server', async () => {
    exporter.reset();
    await (await fetch(`${sonde.url}/api/v1/services?from=x`)).text();
    const [span] = exporter.getFinishedSpans();
    expect(span?.attributes['http.response.status_code']).toBe(400);
    expect(span?.status.code).toBe(0);
  });
});
