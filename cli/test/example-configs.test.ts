import { validateConfig } from '@sonde/pipeline';
import { RecordingLogger } from '@sonde/pipeline/contract-suite';
import { describe, expect, it } from 'vitest';
import { loadComponents } from '../src/components.ts';

const COMPONENTS = await loadComponents();

/** In the shape of the examples in the Collector's READMEs, for components that Sonde has. */
const EXAMPLES: Readonly<Record<string, string>> = {
  'the receiver otlp in all its shapes': `
receivers:
  otlp: {protocols: {grpc: , http: }}
  otlp/only_grpc: {protocols: {grpc: }}
  otlp/named: {protocols: {grpc: {endpoint: "localhost:9090"}}}
  otlp/keepalive:
    protocols:
      grpc:
        max_recv_msg_size_mib: 32
        max_concurrent_streams: 16
        read_buffer_size: 1024
        keepalive:
          server_parameters: {max_connection_idle: 11s, max_connection_age: 12s, time: 30s}
          enforcement_policy: {min_time: 10s, permit_without_stream: true}
  otlp/uds: {protocols: {grpc: {transport: unix, endpoint: /tmp/grpc.sock}}}
  otlp/cors:
    protocols:
      http:
        cors: {allowed_origins: ["https://*.example.com"], allowed_headers: [X-Example], max_age: 7200}
exporters: {debug: {verbosity: detailed}}
service: {pipelines: {traces: {receivers: [otlp], exporters: [debug]}}}`,
  'authenticators on both sides': `
extensions:
  basicauth/server:
    htpasswd:
      file: .htpasswd
      inline: |
        \${env:USERNAME}:\${env:PASSWORD}
  basicauth/client: {client_auth: {username: username, password: password}}
  basicauth/files: {client_auth: {username_file: /etc/user, password_file: /etc/password}}
  bearertokenauth: {token: somerandomtoken, filename: file-containing.token}
  bearertokenauth/scheme: {scheme: Bearer, token: randomtoken}
receivers:
  otlp: {protocols: {http: {auth: {authenticator: basicauth/server}}}}
processors:
exporters:
  otlp_grpc: {endpoint: "localhost:1", auth: {authenticator: basicauth/client}}
  otlphttp/auth: {endpoint: "http://localhost:9000", auth: {authenticator: bearertokenauth/scheme}}
service:
  extensions: [basicauth/server, basicauth/client, bearertokenauth, bearertokenauth/scheme]
  pipelines:
    traces: {receivers: [otlp], processors: [], exporters: [otlp_grpc, otlphttp/auth]}`,
  'storage with all its settings': `
extensions:
  file_storage: {directory: /tmp}
  file_storage/all:
    directory: /var/lib/otelcol/mydir
    timeout: 1s
    create_directory: true
    directory_permissions: "0700"
    compaction: {on_start: true, directory: /tmp/, max_transaction_size: 65_536}
    fsync: false
service:
  extensions: [file_storage, file_storage/all]
  pipelines: {traces: {receivers: [nop], exporters: [nop]}}
receivers: {nop: }
exporters: {nop: }`,
  'forward between two teams and one backend': `
receivers:
  otlp/blue: {protocols: {grpc: {endpoint: "0.0.0.0:4317"}}}
  otlp/green: {protocols: {grpc: {endpoint: "0.0.0.0:4327"}}}
connectors: {forward: }
exporters: {otlp: {endpoint: "backend:4317", tls: {insecure: true}, sending_queue: {queue_size: 5000}}}
service:
  pipelines:
    traces/blue: {receivers: [otlp/blue], exporters: [forward]}
    traces/green: {receivers: [otlp/green], exporters: [forward]}
    traces: {receivers: [forward], exporters: [otlp]}`,
  'the extensions and telemetry of an agent in Kubernetes': `
extensions:
  health_check: {endpoint: "\${env:MY_POD_IP}:13133"}
  zpages: {endpoint: "localhost:55679", expvar: {enabled: true}}
receivers:
  otlp:
    protocols:
      grpc: {endpoint: "\${env:MY_POD_IP}:4317"}
      http: {endpoint: "\${env:MY_POD_IP}:4318"}
  hostmetrics:
    collection_interval: 30s
    scrapers: {cpu: , memory: , load: , filesystem: , network: }
exporters:
  otlphttp: {endpoint: "https://example.com:4318", retry_on_failure: {enabled: false}}
service:
  extensions: [health_check, zpages]
  telemetry:
    resource: {k8s.pod.name: "\${env:MY_POD_NAME}"}
    logs: {level: debug, encoding: json}
    metrics:
      level: detailed
      readers:
        - pull: {exporter: {prometheus: {host: "\${env:MY_POD_IP}", port: 8888}}}
        - periodic: {interval: 10000, exporter: {otlp: {protocol: http/protobuf, endpoint: "http://x:4318"}}}
  pipelines:
    metrics: {receivers: [otlp, hostmetrics], exporters: [otlphttp]}
    traces: {receivers: [otlp], exporters: [otlphttp]}
    logs: {receivers: [otlp], exporters: [otlphttp]}`,
};

const ENV = { MY_POD_IP: '10.0.0.1', MY_POD_NAME: 'agent-1', USERNAME: 'me', PASSWORD: 'x' };

describe('configurations as the Collector documents them', () => {
  it.each(Object.entries(EXAMPLES))('load: %s', async (_title, yaml) => {
    await validateConfig({
      configUris: [`yaml:${yaml}`],
      factories: COMPONENTS,
      env: ENV,
      logger: new RecordingLogger(),
    });
  });

  it('are refused with the name of what has been removed', async () => {
    const loading = validateConfig({
      configUris: ['yaml:exporters: {logging: {loglevel: debug}}'],
      factories: COMPONENTS,
      env: {},
      logger: new RecordingLogger(),
    });
    await expect(loading).rejects.toThrow(
      'the logging exporter has been deprecated, use the debug exporter instead',
    );
  });
});
