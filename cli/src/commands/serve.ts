import { join } from 'node:path';
import { DELIVERY_METRICS, type StatusSources, startBackend } from '@sonde/backend';
import { createConsoleLogger, observeProcess, readRoleConfig, readSources } from '@sonde/pipeline';
import { bridgeLogs } from '../own-telemetry/bridge-logs.ts';
import { startOwnTelemetry } from '../own-telemetry/own-telemetry.ts';
import { projectRoot } from '../project-root.ts';
import { aborted, sayReady, untilStopped } from '../supervise/child-side.ts';
import { VERSION } from '../version.ts';
import { SOURCE_FLAGS } from './config-flags.ts';
import { readFlags } from './read-flags.ts';
import { type ServeConfig, ServeConfigSchema } from './serve-config.ts';

/** `sonde serve`: the API and the page over a store. */
export async function serve(args: readonly string[]): Promise<void> {
  const { values } = readFlags(args, SOURCE_FLAGS);
  const stop = untilStopped();
  const resolved = await readSources({
    configUris: values.config ?? [],
    sets: values.set ?? [],
    env: process.env,
  });
  const config = readRoleConfig(ServeConfigSchema, resolved);
  const logger = bridgeLogs(createConsoleLogger(config.telemetry.logs));
  const ownTelemetry = await startOwnTelemetry(config.telemetry, 'sonde-serve');
  const endProcessMetrics = observeProcess(ownTelemetry.meterProvider.getMeter('sonde/serve'));
  const backend = await startBackend({
    host: config.listen.host,
    port: config.listen.port,
    store: {
      url: config.store.url,
      moreUrls: config.store.urls,
      cluster: config.store.cluster_name,
      readsCluster: config.store.cluster_name !== undefined,
      role: 'internal',
      username: config.store.username,
      token: config.store.password,
    },
    state: { path: config.state.path },
    webDirectory: join(projectRoot(), 'web', 'build'),
    endpoints: {
      otlpGrpc: config.endpoints.otlp_grpc,
      otlpHttp: config.endpoints.otlp_http,
      clickhouse: config.endpoints.clickhouse,
      page: `http://${config.listen.host}:${config.listen.port}`,
    },
    sources: statusSources(config),
    ...(config.streams === undefined ? {} : { streams: config.streams }),
    version: VERSION,
    log: logger,
  });
  try {
    sayReady();
    // Under a supervisor stdout is its log, and it says the address itself.
    if (process.send === undefined) {
      process.stdout.write(
        `The page and the API (/api/docs) at http://${config.listen.host}:${backend.port}\n`,
      );
    }
    await aborted(stop);
  } finally {
    await backend.close();
    endProcessMetrics();
    await ownTelemetry.end();
  }
}

function statusSources(config: ServeConfig): StatusSources {
  const { health, metrics } = config.endpoints;
  const parts =
    health === undefined
      ? []
      : [{ name: 'gateway', health: { url: health, detail: 'takes telemetry and stores it' } }];
  if (metrics.length === 0) return { parts };
  const { lag } = DELIVERY_METRICS;
  return {
    parts,
    bufferLag: { urls: metrics, metrics: lag },
    deadLetters: { urls: metrics },
    gatewayMetrics: { urls: metrics },
  };
}
