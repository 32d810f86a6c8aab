import type { StatusResponse } from '@sonde/backend/api-contract';

export interface ConnectLines {
  readonly id: string;
  readonly title: string;
  /** One sentence above the lines. */
  readonly words: string;
  readonly lines: string;
}

type Endpoints = StatusResponse['endpoints'];

/** What to copy to send telemetry to this instance, or to read what it holds. */
export function connectLines(endpoints: Endpoints): readonly ConnectLines[] {
  return [
    environment(endpoints),
    node(endpoints),
    python(endpoints),
    java(endpoints),
    go(endpoints),
    collector(endpoints),
    sql(endpoints),
  ];
}

function environment({ otlpHttp }: Endpoints): ConnectLines {
  return {
    id: 'env',
    title: 'Any SDK',
    words: 'Set this where the program starts; every OpenTelemetry SDK reads it.',
    lines: exports({
      OTEL_EXPORTER_OTLP_ENDPOINT: otlpHttp,
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf',
      OTEL_SERVICE_NAME: 'my-service',
      OTEL_RESOURCE_ATTRIBUTES: 'service.namespace=shop,deployment.environment.name=production',
    }),
  };
}

function node({ otlpHttp }: Endpoints): ConnectLines {
  return {
    id: 'node',
    title: 'Node.js',
    words: 'No change of code: the instrumentation is loaded before the program.',
    lines: [
      'npm install @opentelemetry/api @opentelemetry/auto-instrumentations-node',
      exports({
        OTEL_EXPORTER_OTLP_ENDPOINT: otlpHttp,
        OTEL_SERVICE_NAME: 'my-service',
        NODE_OPTIONS: '"--require @opentelemetry/auto-instrumentations-node/register"',
      }),
      'node app.js',
    ].join('\n'),
  };
}

function python({ otlpHttp }: Endpoints): ConnectLines {
  return {
    id: 'python',
    title: 'Python',
    words: 'The agent finds the frameworks that are installed.',
    lines: [
      'pip install opentelemetry-distro opentelemetry-exporter-otlp',
      'opentelemetry-bootstrap -a install',
      exports({
        OTEL_EXPORTER_OTLP_ENDPOINT: otlpHttp,
        OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf',
        OTEL_SERVICE_NAME: 'my-service',
      }),
      'opentelemetry-instrument python app.py',
    ].join('\n'),
  };
}

function java({ otlpHttp }: Endpoints): ConnectLines {
  const agent =
    'https://github.com/open-telemetry/opentelemetry-java-instrumentation/releases/latest/' +
    'download/opentelemetry-javaagent.jar';
  return {
    id: 'java',
    title: 'Java',
    words: 'The agent instruments the class files while they load.',
    lines: [
      `curl -LO ${agent}`,
      exports({ OTEL_EXPORTER_OTLP_ENDPOINT: otlpHttp, OTEL_SERVICE_NAME: 'my-service' }),
      'java -javaagent:opentelemetry-javaagent.jar -jar app.jar',
    ].join('\n'),
  };
}

function go({ otlpHttp }: Endpoints): ConnectLines {
  return {
    id: 'go',
    title: 'Go',
    words: 'Once in main; otelhttp and its like then make the spans.',
    lines: [
      'go get go.opentelemetry.io/otel/sdk \\',
      '  go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp',
      '',
      'exporter, err := otlptracehttp.New(ctx)',
      'provider := trace.NewTracerProvider(trace.WithBatcher(exporter))',
      'defer provider.Shutdown(ctx)',
      'otel.SetTracerProvider(provider)',
      '',
      exports({ OTEL_EXPORTER_OTLP_ENDPOINT: otlpHttp, OTEL_SERVICE_NAME: 'my-service' }),
    ].join('\n'),
  };
}

function collector({ otlpGrpc }: Endpoints): ConnectLines {
  return {
    id: 'collector',
    title: 'Collector',
    words: 'Add the exporter to the pipelines that you have.',
    lines: [
      'exporters:',
      '  otlp/sonde:',
      `    endpoint: ${withoutScheme(otlpGrpc)}`,
      '    tls:',
      `      insecure: ${otlpGrpc.startsWith('https') ? 'false' : 'true'}`,
      'service:',
      '  pipelines:',
      '    traces:  { receivers: [otlp], exporters: [otlp/sonde] }',
      '    metrics: { receivers: [otlp], exporters: [otlp/sonde] }',
      '    logs:    { receivers: [otlp], exporters: [otlp/sonde] }',
    ].join('\n'),
  };
}

function sql({ clickhouse }: Endpoints): ConnectLines {
  return {
    id: 'sql',
    title: 'SQL',
    words:
      "All that is stored, read-only, over ClickHouse's HTTP protocol: curl, Grafana, notebooks.",
    lines: [
      `curl '${clickhouse}/' --data-binary "`,
      '  SELECT ServiceName, count() AS spans, quantile(0.95)(Duration) / 1e6 AS p95_ms',
      '  FROM sonde.otel_traces WHERE Timestamp > now() - INTERVAL 1 HOUR',
      '  GROUP BY ServiceName ORDER BY spans DESC FORMAT PrettyCompact"',
    ].join('\n'),
  };
}

function exports(variables: Readonly<Record<string, string>>): string {
  return Object.entries(variables)
    .map(([name, value]) => `export ${name}=${value}`)
    .join('\n');
}

function withoutScheme(address: string): string {
  return address.replace(/^[a-z]+:\/\//, '').replace(/\/$/, '');
}
