import { rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { projectRoot } from '../project-root.ts';
import { aborted, untilStopped } from '../supervise/child-side.ts';
import { type DataDirectory, openDataDirectory } from '../supervise/data-directory.ts';
import { GATEWAY_ENVIRONMENT, GATEWAY_NODE_ARGS } from '../supervise/gateway-start.ts';
import { holdDataDirectory } from '../supervise/hold-data-directory.ts';
import { type PickedPort, pickPorts } from '../supervise/ports.ts';
import {
  type Stage,
  type StagedProcess,
  startOptionalStage,
  startStages,
  stopStages,
} from '../supervise/stages.ts';
import { UsageError } from '../usage-error.ts';
import { VERSION } from '../version.ts';
import { readColdVolume } from './cold-volume.ts';
import { readFlags } from './read-flags.ts';
import { upAgent } from './up-agent.ts';
import { ownTelemetrySets, set } from './up-telemetry.ts';

const HOST = '127.0.0.1';

/** Drain time of each process on SIGTERM. */
const STOP_DEADLINE_MS = 30_000;

const WANTED_PORTS = {
  otlpGrpc: 4317,
  otlpHttp: 4318,
  page: 8080,
  clickhouse: 8123,
  health: 13_133,
  metrics: 8888,
} as const;

type PortName = keyof typeof WANTED_PORTS;
type Ports = Readonly<Record<PortName, PickedPort>>;

/** What people call each port on screen, and in `--port NAME=N`. */
const PORT_TITLES: Readonly<Record<PortName, { readonly title: string; readonly flag: string }>> = {
  page: { title: 'Page and API', flag: 'page' },
  otlpHttp: { title: 'OTLP HTTP', flag: 'otlp-http' },
  otlpGrpc: { title: 'OTLP gRPC', flag: 'otlp-grpc' },
  clickhouse: { title: 'ClickHouse HTTP', flag: 'clickhouse' },
  health: { title: 'Health', flag: 'health' },
  metrics: { title: 'Own metrics', flag: 'metrics' },
};

/** `sonde up`: everything on one machine, on loopback, under one supervisor. */
export async function up(args: readonly string[]): Promise<void> {
  const startedAt = performance.now();
  const { values } = readFlags(args, {
    data: {
      type: 'string',
      value: 'FOLDER',
      about: 'everything that is kept (default .sonde in the clone)',
    },
    port: {
      type: 'string',
      multiple: true,
      value: 'NAME=N',
      about: `a port of ${portFlags().join(', ')}; 0 is any free one`,
    },
    cold: {
      type: 'string',
      value: 'FOLDER|URL',
      about: 'where old partitions go: a folder on another disk, or the https: URL of a bucket',
    },
    'no-agent': {
      type: 'boolean',
      default: false,
      value: '',
      about: 'do not look at the processes of this host',
    },
  });
  // The store reads it; words about it belong here, not into its log.
  if (values.cold !== undefined) readColdVolume(values.cold);
  const data = openDataDirectory(resolve(values.data ?? join(projectRoot(), '.sonde')));
  holdDataDirectory(data.path);
  const stop = untilStopped();
  try {
    const ports = await pickPorts(HOST, wantedPorts(values.port ?? []));
    sayMovedPorts(ports);
    const watched = values['no-agent'] ? 'switched off by --no-agent' : agentOf(data, ports);
    const agent: Stage = {
      processes: typeof watched === 'string' ? [] : [watched],
      children: [],
    };
    const stages = stagesOf(data, ports, values.cold);
    const all = [...stages, agent];
    const watch = { say, onRestarted: () => rewriteRunFile(data, ports, all) };
    await startStages(stages, watch);
    writeRunFile(data, ports, all);
    sayUp(data, ports, performance.now() - startedAt);
    if (typeof watched === 'string') say(`Agent: off (${watched})`);
    // It looks at what is there: nobody waits for it, and nothing ends because of it.
    const agentStarts = startOptionalStage(agent, watch);
    await aborted(stop);
    say('Stopping: what is in flight is finished first.');
    await stopStages(all, STOP_DEADLINE_MS);
    await agentStarts;
    say('Stopped.');
  } finally {
    // Its owner alone comes here: the directory is held until this process ends.
    rmSync(data.runFile, { force: true });
  }
}

/** The defaults with what `--port NAME=N` says; 0 is any free port. */
function wantedPorts(flags: readonly string[]): Readonly<Record<PortName, number>> {
  const wanted: Record<PortName, number> = { ...WANTED_PORTS };
  for (const flag of flags) {
    const match = /^([a-z-]+)=(\d{1,5})$/.exec(flag);
    const name = portNames().find((candidate) => PORT_TITLES[candidate].flag === match?.[1]);
    const port = Number(match?.[2]);
    if (name === undefined || port > 65_535) {
      const known = portFlags().join(', ');
      throw new UsageError(`--port ${flag}: write NAME=N with a name of ${known}`);
    }
    wanted[name] = port;
  }
  return wanted;
}

function portFlags(): readonly string[] {
  return portNames().map((name) => PORT_TITLES[name].flag);
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** The agent's process, or why there is none. */
function agentOf(data: DataDirectory, ports: Ports): StagedProcess | string {
  return upAgent({
    config: configFolder(),
    state: join(data.path, 'agent'),
    otlpGrpc: `${HOST}:${ports.otlpGrpc.port}`,
    otlpHttp: `http://${HOST}:${ports.otlpHttp.port}`,
    logFile: join(data.logs, 'agent.log'),
  });
}

function configFolder(): string {
  return join(projectRoot(), 'deploy', 'config');
}

/** The store first, then what writes and reads it. Stopped in the opposite order. */
function stagesOf(data: DataDirectory, ports: Ports, cold: string | undefined): readonly Stage[] {
  const config = configFolder();
  const storeUrl = `http://${HOST}:${ports.clickhouse.port}`;
  const otlp = `http://${HOST}:${ports.otlpHttp.port}`;
  const store = [
    'store',
    ...['--directory', data.store],
    ...['--port', String(ports.clickhouse.port)],
    ...['--ingest-token-file', data.ingestTokenFile],
    ...['--internal-token-file', data.internalTokenFile],
    ...(cold === undefined ? [] : ['--cold', cold]),
  ];
  const gateway = [
    'gateway',
    ...['--config', join(config, 'up.yaml')],
    ...set('receivers::otlp::protocols::grpc::endpoint', `${HOST}:${ports.otlpGrpc.port}`),
    ...set('receivers::otlp::protocols::http::endpoint', `${HOST}:${ports.otlpHttp.port}`),
    ...set('receivers::buffer::directory', data.buffer),
    ...set('exporters::buffer::directory', data.buffer),
    ...set('exporters::clickhouse::endpoint', storeUrl),
    ...set('exporters::clickhouse::password', `\${file:${data.ingestTokenFile}}`),
    ...set('extensions::health_check::endpoint', `${HOST}:${ports.health.port}`),
    ...['--settings-url', `http://${HOST}:${ports.page.port}`],
    ...['--settings-folder', join(data.path, 'settings')],
    ...ownTelemetrySets('service::telemetry', {
      otlp,
      prometheus: { host: HOST, port: ports.metrics.port },
    }),
  ];
  const serve = [
    'serve',
    ...['--config', join(config, 'serve.yaml')],
    ...set('listen', `${HOST}:${ports.page.port}`),
    ...set('store::url', storeUrl),
    ...set('store::password', `\${file:${data.internalTokenFile}}`),
    ...set('state::path', data.state),
    ...set('endpoints::otlp_grpc', `${HOST}:${ports.otlpGrpc.port}`),
    ...set('endpoints::otlp_http', `http://${HOST}:${ports.otlpHttp.port}`),
    ...set('endpoints::clickhouse', storeUrl),
    ...set('endpoints::health', `http://${HOST}:${ports.health.port}`),
    ...set('endpoints::metrics', `http://${HOST}:${ports.metrics.port}/metrics`),
    ...ownTelemetrySets('telemetry', { otlp }),
  ];
  const log = (name: string): string => join(data.logs, `${name}.log`);
  return [
    [{ name: 'store', title: 'Store engine', args: store, logFile: log('store') }],
    [
      {
        name: 'gateway',
        title: 'Gateway',
        args: gateway,
        nodeArgs: GATEWAY_NODE_ARGS,
        environment: GATEWAY_ENVIRONMENT,
        logFile: log('gateway'),
      },
      { name: 'serve', title: 'Page and API', args: serve, logFile: log('serve') },
    ],
  ].map((processes) => ({ processes, children: [] }));
}

function sayMovedPorts(ports: Ports): void {
  for (const name of portNames()) {
    const { wanted, port } = ports[name];
    if (wanted !== 0 && wanted !== port)
      say(`Port ${wanted} is taken: ${PORT_TITLES[name].title} listens on ${port}.`);
  }
}

function portNames(): readonly PortName[] {
  return ['page', 'otlpHttp', 'otlpGrpc', 'clickhouse', 'health', 'metrics'];
}

/** A process runs again whether or not the disk takes a new `run.json`. */
function rewriteRunFile(data: DataDirectory, ports: Ports, stages: readonly Stage[]): void {
  try {
    writeRunFile(data, ports, stages);
  } catch (error) {
    say(`run.json could not be written: ${error instanceof Error ? error.message : error}`);
  }
}

function writeRunFile(data: DataDirectory, ports: Ports, stages: readonly Stage[]): void {
  const children = stages.flatMap((stage) => stage.children);
  const run = {
    version: VERSION,
    pid: process.pid,
    processes: Object.fromEntries(children.map((child) => [child.name, child.pid])),
    page: `http://${HOST}:${ports.page.port}`,
    otlpHttp: `http://${HOST}:${ports.otlpHttp.port}`,
    otlpGrpc: `${HOST}:${ports.otlpGrpc.port}`,
    clickhouse: `http://${HOST}:${ports.clickhouse.port}`,
    health: `http://${HOST}:${ports.health.port}`,
    metrics: `http://${HOST}:${ports.metrics.port}/metrics`,
  };
  writeFileSync(data.runFile, `${JSON.stringify(run, null, 2)}\n`, { mode: 0o600 });
}

function sayUp(data: DataDirectory, ports: Ports, elapsedMs: number): void {
  say(`
Sonde ${VERSION} is up after ${(elapsedMs / 1000).toFixed(1)} s.

  Page          http://${HOST}:${ports.page.port}
  OTLP          http://${HOST}:${ports.otlpHttp.port} (HTTP)   ${HOST}:${ports.otlpGrpc.port} (gRPC)
  ClickHouse    http://${HOST}:${ports.clickhouse.port} (SQL, read-only)
  Data          ${data.path}

Point an OpenTelemetry SDK or Collector here:
  export OTEL_EXPORTER_OTLP_ENDPOINT=http://${HOST}:${ports.otlpHttp.port}

Ctrl-C stops it.`);
}
