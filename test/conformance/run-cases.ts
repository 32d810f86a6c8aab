import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { jsonToProtobuf, readStatus, type Signal } from '@sonde/proto';
import { type ConformanceCase, endsOf } from './conformance-case.ts';
import { type Answer, Engine, send } from './engine.ts';
import { INPUTS } from './inputs.ts';
import { normalForm } from './normal-form.ts';
import { OtlpSink, type SinkRequest } from './otlp-sink.ts';

/** Cases that share a process; the Collector documents at most 100 locations of configuration. */
const CASES_A_PROCESS = 90;
const OUTPUT_TIMEOUT_MS = 20_000;

/** What one engine made of a case. */
export interface Outcome {
  /** The status of each request, and the reason of one that was refused. */
  readonly answers: readonly string[];
  /** By the exporter's name: what it sent, in the form of `normalForm`. */
  readonly output: Readonly<Record<string, unknown>>;
  /** Why the configuration was refused; then nothing was sent. */
  readonly refusal?: string;
}

export type Outcomes = ReadonlyMap<string, Outcome>;

/** Runs every case in one engine. Rejects with what the engine wrote when it does not start. */
export async function runCases(
  cases: readonly ConformanceCase[],
  collector: string | undefined,
): Promise<Outcomes> {
  const outcomes = new Map<string, Outcome>();
  for (let from = 0; from < cases.length; from += CASES_A_PROCESS) {
    const some = cases.slice(from, from + CASES_A_PROCESS);
    for (const [id, outcome] of await runTogether(some, collector)) outcomes.set(id, outcome);
  }
  return outcomes;
}

async function runTogether(
  cases: readonly ConformanceCase[],
  collector: string | undefined,
): Promise<Outcomes> {
  const folder = mkdtempSync(join(tmpdir(), 'sonde-conf-'));
  const sink = new OtlpSink();
  const env = { SINK: await sink.listen(), RUN: folder, ...environmentOf(cases) };
  try {
    const start = (accepted: readonly ConformanceCase[]): Promise<Engine> =>
      Engine.start({ collector, args: writeConfiguration(folder, accepted), env });
    const { engine, refusals } = await startAccepted(cases, start);
    const accepted = cases.filter(({ id }) => !refusals.has(id));
    const answers = new Map<string, readonly string[]>();
    try {
      for (const each of accepted) answers.set(each.id, await sendAll(folder, each));
      for (const { id, awaits } of accepted) await sink.until(id, awaits, OUTPUT_TIMEOUT_MS);
    } finally {
      await engine.stop();
    }
    return new Map([
      ...[...refusals].map(([id, refusal]): [string, Outcome] => [
        id,
        { answers: [], output: {}, refusal },
      ]),
      ...accepted.map((each): [string, Outcome] => [
        each.id,
        { answers: answers.get(each.id) ?? [], output: outputOf(folder, sink, each) },
      ]),
    ]);
  } finally {
    await sink.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Starts without the cases that are refused by name, of which each refusal may show some. */
async function startAccepted(
  cases: readonly ConformanceCase[],
  start: (accepted: readonly ConformanceCase[]) => Promise<Engine>,
): Promise<{ readonly engine: Engine; readonly refusals: ReadonlyMap<string, string> }> {
  const refusals = new Map<string, string>();
  for (;;) {
    try {
      const engine = await start(cases.filter(({ id }) => !refusals.has(id)));
      return { engine, refusals };
    } catch (error) {
      const said = error instanceof Error ? error.message : String(error);
      // What it logged before it ended is no reason.
      const text = said.slice(Math.max(0, said.lastIndexOf('Error: ')));
      const named = new Set(text.match(/[a-z_]+-[0-9]+/g));
      const guilty = cases.filter(({ id }) => named.has(id) && !refusals.has(id));
      if (guilty.length === 0) throw error;
      for (const { id } of guilty) refusals.set(id, text);
    }
  }
}

function environmentOf(cases: readonly ConformanceCase[]): Readonly<Record<string, string>> {
  return Object.assign({}, ...cases.map(({ env }) => env));
}

/** One file a case and one with what they share, as flags. */
function writeConfiguration(folder: string, cases: readonly ConformanceCase[]): readonly string[] {
  mkdirSync(join(folder, 'out'), { recursive: true });
  const files = [['ends', endsOf(cases)], ...cases.map(({ id, yaml }) => [id, yaml])];
  return files.map(([name = '', yaml = '']) => {
    const file = join(folder, `${name}.yaml`);
    writeFileSync(file, yaml);
    return `--config=${file}`;
  });
}

async function sendAll(folder: string, each: ConformanceCase): Promise<readonly string[]> {
  const { id, signals, input, reasons } = each;
  const requests = INPUTS[input];
  if (requests === undefined) throw new Error(`${id}: no input ${JSON.stringify(input)}`);
  const answers: string[] = [];
  for (const signal of signals) {
    for (const body of requests[signal] ?? []) {
      const socketPath = join(folder, `${id}.sock`);
      const answer = await send({ socketPath, path: `/v1/${signal}`, body });
      answers.push(reasons ? spellOut(answer) : String(answer.status));
    }
  }
  return answers;
}

/** The status, and of a refusal the text of its `google.rpc.Status` or its body. */
function spellOut({ status, contentType, body }: Answer): string {
  if (status === 200) return '200';
  const isStatus = contentType === 'application/x-protobuf';
  const text = isStatus ? readStatus('protobuf', body).message : Buffer.from(body).toString();
  return `${status} ${text}`;
}

function outputOf(
  folder: string,
  sink: OtlpSink,
  { id, ignore, signals, last }: ConformanceCase,
): Readonly<Record<string, unknown>> {
  const sent = sink
    .under(id)
    .map(([path, requests]) => [path, normalForm(last ? requests.slice(-1) : requests, ignore)]);
  const files = signals
    .map((signal) => [signal, join(folder, 'out', `${id}.${signal}.json`)] as const)
    .filter(([, path]) => existsSync(path))
    .map(([signal, path]) => [`${signal} file`, normalForm(requestsIn(path, signal), ignore)]);
  return Object.fromEntries([...sent, ...files]);
}

/** What the exporter `file` wrote: a request of OTLP/JSON a line. */
function requestsIn(path: string, signal: Signal): readonly SinkRequest[] {
  return readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => ({ signal, bytes: jsonToProtobuf(signal, line) }));
}
