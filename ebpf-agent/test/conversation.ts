import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { KeyValue } from '@sonde/proto';
import { WorkloadTable } from '../src/entities/workload.ts';
import type { WorkloadMetrics } from '../src/metrics/workload-metrics.ts';
import { Role } from '../src/records/layout.ts';
import { RecordView } from '../src/records/record-view.ts';
import { ConnectionTable } from '../src/requests/connection.ts';
import { exchangeAttributes } from '../src/requests/protocols.ts';
import { Traffic, type TrafficOptions } from '../src/requests/traffic.ts';

const AGENT = fileURLToPath(new URL('../', import.meta.url));
const SOURCES = ['bpf', 'test/host', 'test/host/bpf'];
const SANITIZERS = ['-fsanitize=address,undefined', '-fno-sanitize=alignment,shift'];
const MOVED = 1;
const CLOSED = 2;
const OUTPUT_BYTES_MAX = 256 * 1024 * 1024;

/** Whether the programs' parsers can be compiled for the host; tests are skipped, and counted, elsewhere. */
export const MAY_COMPILE: boolean =
  spawnSync('cc', ['--version']).status === 0 && existsSync('/usr/include/linux/bpf.h');

/** The parsers as a program of the host, once for what the sources are. */
function hostProgram(): string {
  const hash = createHash('sha256');
  for (const folder of SOURCES) {
    for (const name of readdirSync(join(AGENT, folder)).sort()) {
      if (/\.[ch]$/.test(name)) hash.update(name).update(readFileSync(join(AGENT, folder, name)));
    }
  }
  const folder = join(tmpdir(), `sonde-parsers-${process.getuid?.() ?? 0}`);
  const program = join(folder, hash.digest('hex').slice(0, 32));
  if (existsSync(program)) return program;
  mkdirSync(folder, { recursive: true });
  const made = `${program}.${process.pid}`;
  const include = ['-I', join(AGENT, 'test/host')];
  const quiet = ['-w', '-O1', '-g'];
  const source = join(AGENT, 'test/host/conversation.c');
  const args = [...quiet, ...SANITIZERS, ...include, source, '-o', made];
  const result = spawnSync('cc', args, { encoding: 'utf8' });
  if (result.status !== 0) throw new Error(result.stderr);
  renameSync(made, program);
  return program;
}

export type Side = 'client' | 'server';

/** An exchange as it was counted. */
export interface Heard {
  readonly operation: string;
  readonly target: string;
  readonly text: string;
  readonly ms: number;
  readonly requestBytes: number;
  readonly answerBytes: number;
  readonly attributes: Readonly<Record<string, string | number>>;
}

export interface Outcome {
  readonly heard: readonly Heard[];
  /** `enum protocol` at the end, and the role that this side turned out to have. */
  readonly protocol: number;
  readonly role: number;
  readonly unjoined: number;
  /** Messages that nobody answers, and how many of them by metric and destination. */
  readonly messages: number;
  readonly series: readonly (readonly [string, string, number])[];
  /** Of each series of durations, in the order of their attributes. */
  readonly durations: readonly Duration[];
}

interface Duration {
  readonly attributes: string;
  readonly count: number;
  readonly sum: number;
  readonly buckets: readonly number[];
}

type Counting = Pick<TrafficOptions, 'plain'> & Partial<Pick<TrafficOptions, 'onExchange'>>;

interface Step {
  readonly isRequest: boolean;
  readonly pieces: readonly Buffer[];
}

/** Bytes of a character each, or as they are. */
export function bytesOf(text: string | Uint8Array): Buffer {
  return typeof text === 'string' ? Buffer.from(text, 'latin1') : Buffer.from(text);
}

/** What two sides say to each other, a millisecond a step, through the parsers of the programs. */
export class Conversation {
  readonly #steps: (Step | 'close')[] = [];

  /** The side that asks writes, in pieces when there are several. */
  ask(...pieces: readonly (string | Uint8Array)[]): this {
    this.#steps.push({ isRequest: true, pieces: pieces.map(bytesOf) });
    return this;
  }

  answer(...pieces: readonly (string | Uint8Array)[]): this {
    this.#steps.push({ isRequest: false, pieces: pieces.map(bytesOf) });
    return this;
  }

  close(): this {
    this.#steps.push('close');
    return this;
  }

  /** As the agent of one side counts it. */
  heardBy(side: Side, counting: Counting = {}): Outcome {
    const input = Buffer.concat(this.#steps.flatMap((step) => encodeStep(step, side)));
    const { stdout, stderr, status } = spawnSync(hostProgram(), {
      input,
      maxBuffer: OUTPUT_BYTES_MAX,
    });
    if (status !== 0) throw new Error(`the parsers ended with ${status}: ${stderr}`);
    const [protocol = 0, role = 0] = stderr.toString().trim().split(' ').map(Number);
    return { ...count(stdout, counting), protocol, role };
  }
}

function encodeStep(step: Step | 'close', side: Side): readonly Buffer[] {
  if (step === 'close') return [Buffer.of(CLOSED)];
  const isSent = step.isRequest === (side === 'client');
  const head = Buffer.of(MOVED, isSent ? Role.client : Role.server, step.pieces.length);
  const sizes = Buffer.alloc(4 * step.pieces.length);
  for (const [index, piece] of step.pieces.entries()) sizes.writeUInt32LE(piece.length, 4 * index);
  return [head, sizes, ...step.pieces];
}

function count(batch: Buffer, counting: Counting): Omit<Outcome, 'protocol' | 'role'> {
  const heard: Heard[] = [];
  const workload = new WorkloadTable().of({
    name: 'program',
    executable: 'program',
    platform: {},
    attributes: {},
    isOwn: false,
  });
  const traffic = new Traffic({
    ...(counting.plain === undefined ? {} : { plain: counting.plain }),
    connections: new ConnectionTable(),
    processes: { workloadOf: () => workload },
    onSecure: () => undefined,
    onExchange: (exchange) => {
      counting.onExchange?.(exchange);
      const { meaning, durationNs, requestBytes, answerBytes } = exchange;
      const all = [...exchangeAttributes(exchange), ...exchange.protocol.details(exchange)];
      const attributes = Object.fromEntries(
        all.map(({ key, value }) => [key, value?.stringValue ?? Number(value?.intValue)]),
      );
      heard.push({ ...meaning, ms: durationNs / 1e6, requestBytes, answerBytes, attributes });
    },
  });
  const record = new RecordView();
  record.open(batch, batch.length);
  while (record.next()) traffic.take(record);
  const series = [...workload.metrics.entries()].flatMap(([{ name }, of]) =>
    [...of.values()].map((one) => [name, destinationOf(one.attributes), one.sum] as const),
  );
  const sent = series.filter(([name]) => name.endsWith('.messages'));
  const messages = sent.reduce((sum, [, , number]) => sum + number, 0);
  const durations = durationsOf(workload.metrics);
  return { heard, unjoined: traffic.unjoined, messages, series: sent, durations };
}

function durationsOf(metrics: WorkloadMetrics): readonly Duration[] {
  return [...metrics.entries()]
    .filter(([{ name }]) => name.endsWith('.duration'))
    .flatMap(([, of]) => [...of.values()])
    .map(({ attributes, count, sum, buckets }) => ({
      attributes: JSON.stringify(attributes),
      count,
      sum,
      buckets: [...buckets],
    }))
    .sort((a, b) => (a.attributes < b.attributes ? -1 : 1));
}

function destinationOf(attributes: readonly KeyValue[]): string {
  const found = attributes.find(({ key }) => key === 'messaging.destination.name');
  return found?.value?.stringValue ?? '';
}
