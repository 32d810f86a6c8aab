import { execFile } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { KAFKA_CLIENTS, type KafkaOptions, rdKafkaPath } from '@sonde/buffer';
import { median } from '@sonde/proto/bench/codec';
import { ITEMS_PER_REQUEST, type LoadSignal } from '@sonde/proto/bench/load';
import {
  kafkaMissing,
  type ScratchBroker,
  startScratchBroker,
} from '../../scripts/lib/kafka-broker.mjs';
import { fullestCollectorPath } from '../system/peers.ts';
import { compareDurable } from './kafka-durable.ts';
import { TopicItems } from './kafka-topic-items.ts';
import { cpuSecondsOf, type OtlpServer, otlpReceiver } from './otlp-servers.ts';
import { startCollector, startSonde } from './pipeline-servers.ts';

/**
 * OTLP/HTTP -> Kafka through the real gateway, which answers when all in-sync replicas have the
 * request, beside the Collector's `otlp` -> `batch` -> `kafka`, which answers before, into the same
 * broker: CPU of the process a million items; then the embedded log beside `file_storage`.
 * `SONDE_BENCH_PART=kafka|durable` runs one half, `SONDE_BENCH_SIGNALS=traces` one signal,
 * `SONDE_BENCH_CLIENTS=librdkafka` one client, `PROFILE=1` keeps CPU profiles of Sonde instead.
 */
const ROUNDS = 3;
/** Half a million items a round: what a process pays after a pause is not what it costs at work. */
const REQUESTS = 1000;
/** Until V8 has compiled what a request meets: a gateway runs for weeks. */
const WARM_REQUESTS = 2000;
const ALL_SIGNALS: readonly LoadSignal[] = ['traces', 'logs', 'metrics'];
const WANTED = process.env['SONDE_BENCH_SIGNALS'];
const SIGNALS: readonly LoadSignal[] = ALL_SIGNALS.filter(
  (signal) => WANTED === undefined || WANTED.includes(signal),
);
type Client = KafkaOptions['client'];
const CPU_BARS: Readonly<Record<Client, number>> = { kafkajs: 0.8, librdkafka: 0.5 };
/** 8192 items of the Collector's `batch` are up to 5 MB: its default limit would drop them. */
const MESSAGE_BYTES_MAX = 10_000_000;

/** librdkafka where `npm run setup:librdkafka` has built it. */
const WANTED_CLIENTS = process.env['SONDE_BENCH_CLIENTS'];
const CLIENTS: readonly Client[] = KAFKA_CLIENTS.filter(
  (client) =>
    (client === 'kafkajs' || rdKafkaPath() !== undefined) &&
    (WANTED_CLIENTS === undefined || WANTED_CLIENTS.includes(client)),
);

const run = promisify(execFile);

/** A gateway and the topic of one signal that it fills. */
interface Side {
  readonly server: OtlpServer;
  readonly topic: TopicItems;
  sent: number;
}

interface Cost {
  readonly gateway: number;
  readonly broker: number;
}

/** CPU seconds a million items, when all of them are in the topic. */
async function send(
  { side, signal, broker }: { side: Side; signal: LoadSignal; broker: ScratchBroker },
  requests: number,
): Promise<Cost> {
  const brokerPid = broker.nodes[0]?.pid ?? 0;
  const before = { gateway: side.server.cpuSeconds(), broker: cpuSecondsOf(brokerPid) };
  const sender = join(import.meta.dirname, 'otlp-sender.ts');
  const first = side.sent / ITEMS_PER_REQUEST;
  const args = ['http', side.server.addresses.http, signal, String(requests), String(first)];
  await run(process.execPath, ['--import', 'tsx', sender, ...args]);
  side.sent += requests * ITEMS_PER_REQUEST;
  const gateway = side.server.cpuSeconds();
  await side.topic.until(side.sent);
  const perMillion = (seconds: number): number => (seconds * 1e6) / (requests * ITEMS_PER_REQUEST);
  return {
    // What answers before it has delivered works on after the last answer.
    gateway: perMillion(Math.max(gateway, side.server.cpuSeconds()) - before.gateway),
    broker: perMillion(cpuSecondsOf(brokerPid) - before.broker),
  };
}

type Configure = Parameters<typeof startSonde>[0];

function into(exporter: object, processors: Readonly<Record<string, object | null>>): Configure {
  const pipeline = {
    receivers: ['otlp'],
    processors: Object.keys(processors),
    exporters: ['kafka'],
  };
  return (addresses) => ({
    receivers: otlpReceiver(addresses),
    processors,
    exporters: { kafka: exporter },
    service: {
      telemetry: { metrics: { level: 'none' } },
      pipelines: { traces: pipeline, metrics: pipeline, logs: pipeline },
    },
  });
}

function sondeInto(brokers: readonly string[], client: Client): Configure {
  const direct = { sending_queue: { enabled: false }, retry_on_failure: { enabled: false } };
  return into({ brokers, client, ...topicsOf(client), ...direct }, {});
}

function collectorInto(brokers: readonly string[]): Configure {
  const producer = { max_message_bytes: MESSAGE_BYTES_MAX };
  return into({ brokers, ...topicsOf('collector'), producer }, { batch: null });
}

function topicsOf(side: string): Readonly<Record<string, object>> {
  return Object.fromEntries(SIGNALS.map((signal) => [signal, { topic: `${side}_${signal}` }]));
}

interface Servers {
  /** A gateway a client. */
  readonly sonde: ReadonlyMap<Client, OtlpServer>;
  readonly collector: OtlpServer | undefined;
  readonly broker: ScratchBroker;
}

async function compare(signal: LoadSignal, servers: Servers): Promise<string> {
  const { broker, sonde, collector } = servers;
  const open = async (server: OtlpServer, name: string): Promise<Side> => {
    const topic = await TopicItems.open(broker.brokers, `${name}_${signal}`, signal);
    return { server, topic, sent: 0 };
  };
  const theirs = collector === undefined ? undefined : await open(collector, 'collector');
  const ours: [Client, Side, Cost[]][] = [];
  for (const [client, server] of sonde) ours.push([client, await open(server, client), []]);
  const other: Cost[] = [];
  for (let round = -1; round < ROUNDS; round++) {
    const requests = round < 0 ? WARM_REQUESTS : REQUESTS;
    const their = theirs && (await send({ side: theirs, signal, broker }, requests));
    if (their !== undefined && round >= 0) other.push(their);
    for (const [, side, costs] of ours) {
      const our = await send({ side, signal, broker }, requests);
      if (round >= 0) costs.push(our);
    }
  }
  await Promise.all([theirs, ...ours.map(([, side]) => side)].map((side) => side?.topic.close()));
  const said = ours.map(([client, , costs]) => sondeText(client, costs, other));
  return collector === undefined
    ? said.join('  ')
    : `Collector ${costText(other)}  ${said.join('  ')}`;
}

function sondeText(client: Client, own: readonly Cost[], other: readonly Cost[]): string {
  const said = `Sonde by ${client} ${costText(own)}`;
  if (other.length === 0) return said;
  const ratio = median(own.map(({ gateway }, i) => gateway / (other[i]?.gateway ?? Number.NaN)));
  const bar = CPU_BARS[client];
  return `${said} ratio ${ratio.toFixed(2)} (bar ${bar}: ${ratio <= bar ? 'kept' : 'MISSED'})`;
}

function costText(costs: readonly Cost[]): string {
  const of = (key: keyof Cost): string => median(costs.map((cost) => cost[key])).toFixed(2);
  return `${of('gateway')} (broker ${of('broker')})`;
}

async function kafka(broker: ScratchBroker, binary: string | undefined): Promise<void> {
  const sonde = new Map<Client, OtlpServer>();
  for (const client of CLIENTS) {
    sonde.set(client, await startSonde(sondeInto(broker.brokers, client)));
  }
  const collector =
    binary === undefined ? undefined : await startCollector(binary, collectorInto(broker.brokers));
  try {
    for (const signal of SIGNALS) {
      const line = await compare(signal, { sonde, collector, broker });
      console.log(`${signal.padEnd(8)} into Kafka, CPU-s a million items: ${line}`);
    }
    const theirs =
      collector === undefined ? '' : `Collector ${collector.rssMegabytes().toFixed(0)} MB, `;
    const ours = [...sonde].map(
      ([name, server]) => `${name} ${server.rssMegabytes().toFixed(0)} MB`,
    );
    console.log(`memory at most: ${theirs}Sonde by ${ours.join(', ')}`);
  } finally {
    await Promise.all([...sonde.values(), collector].map((server) => server?.stop()));
  }
}

/** A profile a signal, each of a gateway of its own. */
async function profile(broker: ScratchBroker, client: Client): Promise<void> {
  for (const signal of SIGNALS) {
    const folder = mkdtempSync(join(tmpdir(), `sonde-profile-${client}-${signal}-`));
    const server = await startSonde(sondeInto(broker.brokers, client), folder);
    const topic = await TopicItems.open(broker.brokers, `${client}_${signal}`, signal);
    const cost = await send({ side: { server, topic, sent: 0 }, signal, broker }, WARM_REQUESTS);
    console.log(
      `${signal} by ${client}: ${cost.gateway.toFixed(2)} CPU-s a million items, profile in ${folder}`,
    );
    await Promise.all([server.stop(), topic.close()]);
  }
}

async function main(): Promise<void> {
  const part = process.env['SONDE_BENCH_PART'];
  const binary = fullestCollectorPath();
  if (binary === undefined) {
    console.log('No Collector here (npm run setup:collector -- full): Sonde alone is measured.');
  }
  console.log(`medians of ${ROUNDS} interleaved rounds; load ${loadavg()[0]?.toFixed(1)}`);
  const missing = kafkaMissing();
  if (missing !== undefined) console.log(`Kafka is not measured: ${missing}`);
  if (part !== 'durable' && missing === undefined) {
    const broker = await startScratchBroker();
    try {
      if (process.env['PROFILE'] === undefined) await kafka(broker, binary);
      else for (const client of CLIENTS) await profile(broker, client);
    } finally {
      await broker.end();
    }
  }
  if (part !== 'kafka' && process.env['PROFILE'] === undefined) await compareDurable(binary);
  console.log(`load ${loadavg()[0]?.toFixed(1)}`);
}

await main();
