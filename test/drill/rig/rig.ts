import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '@sonde/pipeline/test/free-port';
import { startScratchBroker } from '../../../scripts/lib/kafka-broker.mjs';
import { ROOT } from '../../tidy/repository.ts';
import { SondeProcess } from './sonde-process.ts';
import { StoreUnderTest } from './store-under-test.ts';

/** A process that a drill may kill and start again. */
export interface Victim {
  kill(): Promise<unknown>;
  start(): Promise<void>;
  /** Stops it where it is (`SIGSTOP`), lets it go on (`SIGCONT`). */
  signal(name: NodeJS.Signals): void;
}

/** Sonde on one kind of buffer, from the sender's port to the store. */
export interface Rig {
  readonly buffer: 'embedded' | 'kafka';
  readonly store: StoreUnderTest;
  /** Answers senders. */
  readonly gateway: SondeProcess;
  /** All that answer senders, `gateway` first. */
  readonly gateways: readonly SondeProcess[];
  /** Deliver to the store; on the embedded log that is the gateway. */
  readonly deliverers: readonly SondeProcess[];
  readonly brokers: readonly Victim[];
  /** Where these are asked. */
  readonly brokerAddresses: readonly string[];
  readonly directory: string;
  url(): string;
  /** Starts what does not run. */
  start(): Promise<void>;
  /** Stops all and removes the folder. */
  end(): Promise<void>;
}

export interface RigOptions {
  /** More `--set` of the process that holds the embedded log, by path. */
  readonly sets?: Readonly<Record<string, string>>;
  /** Gateways of the rig on Kafka; one unless said. */
  readonly gateways?: number;
  /** More `--set` of the gateways of the rig on Kafka. */
  readonly gatewaySets?: Readonly<Record<string, string>>;
  /** Brokers of the rig on Kafka; one unless said. */
  readonly brokers?: number;
  /** Where the brokers' folders lie; the system's temporary folder unless said. */
  readonly brokerParent?: string;
  /** Where the folders lie; the system's temporary folder unless said. */
  readonly parent?: string;
  readonly bundle?: string | undefined;
}

const QUIET = { 'service::telemetry': '{metrics: {level: none}}' };

/** A copy of the command as it is now: what is built meanwhile does not change a drill. */
export function copyBundle(): { readonly bundle: string; remove(): void } {
  const children = join(ROOT, 'test/.tsbuild/children');
  mkdirSync(children, { recursive: true });
  const directory = mkdtempSync(join(children, 'drill-'));
  cpSync(join(ROOT, 'cli/dist'), directory, { recursive: true });
  return {
    bundle: join(directory, 'sonde.js'),
    remove: () => rmSync(directory, { recursive: true, force: true }),
  };
}

function setsOf(values: Readonly<Record<string, string>>): readonly string[] {
  return Object.entries(values).flatMap(([path, value]) => ['--set', `${path}=${value}`]);
}

function gatewayArgs(file: string, values: Readonly<Record<string, string>>): readonly string[] {
  const command = file === 'process.yaml' ? 'process' : 'gateway';
  return [command, '--config', join(ROOT, 'deploy/config', file), ...setsOf(values)];
}

async function otlpSets(httpPort: number): Promise<Readonly<Record<string, string>>> {
  return {
    'receivers::otlp::protocols::grpc::endpoint': `127.0.0.1:${await freePort()}`,
    'receivers::otlp::protocols::http::endpoint': `127.0.0.1:${httpPort}`,
    'extensions::health_check::endpoint': `127.0.0.1:${await freePort()}`,
  };
}

/** Store and gateway of one machine: `deploy/config/up.yaml`. */
export async function embeddedRig(options: RigOptions = {}): Promise<Rig> {
  const directory = mkdtempSync(join(options.parent ?? tmpdir(), 'sonde-drill-'));
  const { bundle } = options;
  const store = await StoreUnderTest.create(join(directory, 'store'), bundle);
  const port = await freePort();
  const folder = join(directory, 'buffer');
  const args = gatewayArgs('up.yaml', {
    ...(await otlpSets(port)),
    'service::telemetry':
      '{metrics: {level: none}, traces: {processors: []}, logs: {processors: []}}',
    'service::pipelines::metrics/in::receivers': '[otlp]',
    'receivers::buffer::directory': folder,
    'receivers::buffer::batch': '{timeout: 50ms}',
    'receivers::buffer::retry': '{initial_interval: 100ms, max_interval: 500ms}',
    'exporters::buffer::directory': folder,
    'exporters::clickhouse::endpoint': store.url,
    'exporters::clickhouse::username': 'internal',
    'exporters::clickhouse::password': store.token,
    ...options.sets,
  });
  const gateway = new SondeProcess('gateway', args, { bundle });
  return {
    buffer: 'embedded',
    store,
    gateway,
    gateways: [gateway],
    deliverers: [gateway],
    brokers: [],
    brokerAddresses: [],
    directory,
    url: () => `http://127.0.0.1:${port}`,
    start: () => startAll([store.process, gateway]),
    end: () => endAll([gateway, store.process], directory),
  };
}

/** Of each topic on Kafka. */
export const TOPIC_PARTITIONS = 2;
/** Of traces, metrics and logs together. */
export const KAFKA_PARTITIONS: number = 3 * TOPIC_PARTITIONS;

/** Broker, gateways, two processes that share the partitions, store. */
export async function kafkaRig(options: RigOptions = {}): Promise<Rig> {
  const directory = mkdtempSync(join(options.parent ?? tmpdir(), 'sonde-drill-'));
  const { bundle } = options;
  const broker = await startScratchBroker(options.brokers, undefined, options.brokerParent);
  const store = await StoreUnderTest.create(join(directory, 'store'), bundle);
  const brokers = `[${broker.brokers.join(',')}]`;
  const ports: number[] = [];
  const gateways: SondeProcess[] = [];
  for (let number = 1; number <= (options.gateways ?? 1); number += 1) {
    const port = await freePort();
    ports.push(port);
    const args = gatewayArgs('gateway.yaml', {
      ...QUIET,
      ...(await otlpSets(port)),
      'exporters::kafka::brokers': brokers,
      'exporters::kafka::topic_partitions': String(TOPIC_PARTITIONS),
      ...options.gatewaySets,
    });
    gateways.push(new SondeProcess(`gateway ${number}`, args, { bundle }));
  }
  const [gateway] = gateways;
  if (gateway === undefined) throw new Error('no gateway');
  let turn = 0;
  const deliverers = [await processRole(1), await processRole(2)];
  async function processRole(number: number): Promise<SondeProcess> {
    const args = gatewayArgs('process.yaml', {
      ...QUIET,
      'receivers::kafka::brokers': brokers,
      'receivers::kafka::session_timeout': '6s',
      'receivers::kafka::heartbeat_interval': '500ms',
      'receivers::kafka::batch': '{timeout: 50ms}',
      'receivers::kafka::retry': '{initial_interval: 100ms, max_interval: 500ms}',
      'exporters::clickhouse::endpoint': store.url,
      'exporters::clickhouse::password': store.token,
      'extensions::health_check::endpoint': `127.0.0.1:${await freePort()}`,
      ...options.sets,
    });
    return new SondeProcess(`process ${number}`, args, { bundle });
  }
  return {
    buffer: 'kafka',
    store,
    gateway,
    gateways,
    deliverers,
    brokers: broker.nodes,
    brokerAddresses: broker.brokers,
    directory,
    // In turn, as an address in front of several would.
    url: () => {
      turn += 1;
      return `http://127.0.0.1:${ports[turn % ports.length]}`;
    },
    start: () => startAll([store.process, ...gateways, ...deliverers]),
    end: async () => {
      await endAll([...gateways, ...deliverers, store.process], directory);
      await broker.end();
    },
  };
}

async function startAll(processes: readonly SondeProcess[]): Promise<void> {
  for (const process of processes) if (!process.isRunning) await process.start();
}

async function endAll(processes: readonly SondeProcess[], directory: string): Promise<void> {
  for (const process of processes) await process.kill();
  rmSync(directory, { recursive: true, force: true });
}
