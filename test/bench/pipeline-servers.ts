import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { GATEWAY_ENVIRONMENT, GATEWAY_NODE_ARGS } from '@sonde/cli/gateway-start';
import { ROOT } from '../tidy/repository.ts';
import { type Addresses, OtlpServer, otlpReceiver } from './otlp-servers.ts';

/** What the exporter does with its bodies. */
export type Compression = 'none' | 'gzip';

const STDIO: { readonly stdio: ['ignore', 'ignore', 'pipe'] } = {
  stdio: ['ignore', 'ignore', 'pipe'],
};

/** The real command, as `sonde up` starts its gateway. `profile` is a folder for a CPU profile. */
export function startSonde(configure: Configure, profile?: string): Promise<OtlpServer> {
  const profiling = profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profile}`];
  const command = [join(ROOT, 'cli/dist/sonde.js'), 'gateway'];
  const first = [...GATEWAY_NODE_ARGS, ...profiling, ...command];
  return OtlpServer.start(configure, (yaml) =>
    spawn(process.execPath, [...first, '--config', `yaml:${yaml}`], {
      ...STDIO,
      env: { ...GATEWAY_ENVIRONMENT, ...process.env },
    }),
  );
}

export function startCollector(binary: string, configure: Configure): Promise<OtlpServer> {
  return OtlpServer.start(configure, (yaml) => spawn(binary, ['--config', `yaml:${yaml}`], STDIO));
}

type Configure = (addresses: Addresses) => object;

/** `otlp` -> `transform`, `filter`, `attributes` -> `otlphttp`, which answers when the sink has. */
export function pipelineInto(sink: string, compression: Compression): Configure {
  const pipeline = {
    receivers: ['otlp'],
    processors: ['transform', 'filter', 'attributes'],
    exporters: ['otlphttp'],
  };
  return (addresses) => ({
    receivers: otlpReceiver(addresses),
    processors: PROCESSORS,
    exporters: {
      otlphttp: {
        endpoint: sink,
        compression,
        sending_queue: { enabled: false },
        retry_on_failure: { enabled: false },
      },
    },
    service: {
      telemetry: { metrics: { level: 'none' } },
      pipelines: { traces: pipeline, metrics: pipeline, logs: pipeline },
    },
  });
}

/** What such pipelines are published with: a few statements a signal, a health check dropped. */
const PROCESSORS: Readonly<Record<string, object>> = {
  transform: {
    error_mode: 'ignore',
    trace_statements: [
      'set(span.attributes["team"], resource.attributes["service.namespace"])',
      'set(span.attributes["failed"], true) where span.attributes["http.response.status_code"] >= 500',
      'replace_pattern(span.attributes["url.path"], "/[0-9]+", "/{id}")',
      'delete_key(span.attributes, "thread.id")',
    ],
    metric_statements: [
      'set(datapoint.attributes["team"], resource.attributes["service.namespace"])',
      'delete_key(datapoint.attributes, "network.protocol.version")',
    ],
    log_statements: [
      'set(log.attributes["team"], resource.attributes["service.namespace"])',
      'set(log.severity_text, "NOTE") where IsMatch(log.body, "total 9[0-9]{3}")',
      'delete_key(log.attributes, "thread.name")',
    ],
  },
  filter: {
    error_mode: 'ignore',
    traces: { span: ['attributes["http.route"] == "/health"'] },
    metrics: { datapoint: ['attributes["http.route"] == "/health"'] },
    logs: { log_record: ['attributes["app.tenant"] == "shop-7"'] },
  },
  attributes: {
    actions: [
      { key: 'deployment.region', value: 'eu-west-1', action: 'insert' },
      { key: 'user_agent.original', action: 'delete' },
      { key: 'client.address', action: 'hash' },
    ],
  },
};
