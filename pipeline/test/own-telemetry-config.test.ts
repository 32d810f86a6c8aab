import { describe, expect, it } from 'vitest';
import type { OwnTelemetryConfig } from '../src/config/telemetry-config.ts';
import { load, refusal, WORKING } from './fixture-config.ts';

function telemetry(yaml: string, warnings: string[] = []): OwnTelemetryConfig {
  return load(`${WORKING}  telemetry: ${yaml}`, { warnings }).telemetry;
}

describe('service.telemetry', () => {
  it('serves on localhost:8888 without suffixes when nothing is said, as upstream does', () => {
    expect(telemetry('').metrics).toEqual({
      level: 'normal',
      readers: [
        {
          kind: 'prometheus',
          host: 'localhost',
          port: 8888,
          withoutScopeInfo: true,
          withoutTypeSuffix: true,
          withoutUnits: true,
          resourceLabels: [],
        },
      ],
      views: [],
    });
  });

  it('takes the readers that are named instead', () => {
    const { readers } = telemetry(`{metrics: {level: Detailed, readers: [
      {pull: {exporter: {prometheus: {host: 0.0.0.0, port: 9, without_units: false}}}},
      {periodic: {interval: 1000, exporter: {otlp: {protocol: http/protobuf,
        endpoint: 'https://a.example:4318', headers: [{name: k, value: v}]}}}}]}}`).metrics;
    expect(readers).toMatchObject([
      {
        kind: 'prometheus',
        host: '0.0.0.0',
        port: 9,
        withoutUnits: false,
        withoutTypeSuffix: true,
      },
      {
        kind: 'periodic',
        intervalMs: 1000,
        timeoutMs: 1000,
        target: { url: 'https://a.example:4318/v1/metrics', headers: { k: 'v' } },
      },
    ]);
  });

  it('reads where gRPC goes to, by upstream s old name of it too', () => {
    const exporter = (otlp: string): string => `{batch: {exporter: {otlp: ${otlp}}}}`;
    const { targets } = telemetry(`{traces: {processors: [
      ${exporter('{protocol: grpc}')},
      ${exporter('{protocol: grpc/protobuf, endpoint: "h:1", insecure: true, compression: gzip}')},
      ${exporter('{protocol: grpc, endpoint: "https://h:1/x", certificate: /ca, timeout: 5}')}
    ]}}`).traces;
    expect(targets).toMatchObject([
      { transport: 'grpc', url: 'http://localhost:4317', compression: 'none', timeoutMs: 10_000 },
      { transport: 'grpc', url: 'h:1', tls: { insecure: true }, compression: 'gzip' },
      { url: 'https://h:1', tls: { insecure: false, certificate: '/ca' }, timeoutMs: 5 },
    ]);
  });

  it('has no readers at level none', () => {
    expect(telemetry('{metrics: {level: none}}').metrics.readers).toEqual([]);
  });

  it('reads views, the resource in both forms, and where spans and lines go', () => {
    const read = telemetry(`{
      resource: {a: 1, service.instance.id: null, attributes: [{name: b, value: x}]},
      metrics: {views: [{selector: {instrument_name: 'otelcol_*'},
        stream: {aggregation: {drop: {}}}}]},
      traces: {processors: [{batch: {exporter: {otlp: {endpoint: 'h:4318'}}}}],
        sampler: {parent_based: {root: {trace_id_ratio_based: {ratio: 0.25}}}}},
      logs: {processors: [{simple: {exporter: {otlp: {endpoint: 'http://h/logs'}}}}]}}`);
    expect(read.resource).toEqual({ a: 1, 'service.instance.id': null, b: 'x' });
    expect(read.metrics.views).toMatchObject([{ instrumentName: 'otelcol_*', drop: true }]);
    expect(read.traces).toMatchObject({
      targets: [{ url: 'http://h:4318/v1/traces' }],
      samplingRatio: 0.25,
    });
    expect(read.logs.targets).toMatchObject([{ url: 'http://h/logs' }]);
  });

  it('warns of an address that nobody reads any more', () => {
    const warnings: string[] = [];
    telemetry('{metrics: {address: 0.0.0.0:8888}}', warnings);
    expect(warnings).toEqual([
      'service::telemetry::metrics::address is ignored; use service::telemetry::metrics::readers',
    ]);
  });

  it.each([
    ['{metrics: {readers: []}}', 'reader should exist when metric level is not none'],
    [
      '{metrics: {readers: [{pull: {exporter: {prometheus: {foo: 1}}}}]}}',
      "readers[0].pull.exporter.prometheus' has invalid keys: foo",
    ],
    ['{metrics: {readers: [{}]}}', 'must have exactly one of "pull" and "periodic"'],
    [
      '{metrics: {readers: [{periodic: {interval: 1s, exporter: {otlp: {}}}}]}}',
      "readers[0].periodic.interval' expected type 'int', got unconvertible type 'string'",
    ],
    [
      '{traces: {processors: [{batch: {exporter: {otlp: {protocol: tcp}}}}]}}',
      'unsupported protocol "tcp"',
    ],
    [
      '{traces: {processors: [{batch: {exporter: {otlp: {client_key: /k}}}}]}}',
      'client_certificate and client_key must be given together',
    ],
    ['{logs: {level: loud}}', 'unrecognized level: "loud"'],
    ['{logs: {encoding: xml}}', 'no encoder registered for name "xml"'],
    ['{resource: {a: [1]}}', 'resource attributes must be texts, numbers or booleans'],
  ])('refuses %s', (yaml, text) => {
    expect(refusal(() => telemetry(yaml))).toContain(text);
  });
});
