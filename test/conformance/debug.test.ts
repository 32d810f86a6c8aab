import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fullestCollectorPath } from '../system/peers.ts';
import { Engine, send } from './engine.ts';
import { INPUTS } from './inputs.ts';

const COLLECTOR = fullestCollectorPath();
const VERBOSITIES = ['basic', 'normal', 'detailed'] as const;
const SIGNALS = ['traces', 'metrics', 'logs'] as const;

const folder = mkdtempSync(join(tmpdir(), 'sonde-debug-'));

function configuration(): string {
  const each = (line: (verbosity: string) => string): string => VERBOSITIES.map(line).join('\n');
  return `
receivers:
${each((name) => `  otlp/${name}: {protocols: {http: {transport: unix, endpoint: "\${env:RUN}/${name}.sock"}}}`)}
exporters:
${each((name) => `  debug/${name}: {verbosity: ${name}, use_internal_logger: false, sampling_initial: 100}`)}
service:
  telemetry: {metrics: {level: none}}
  pipelines:
${each((name) =>
  SIGNALS.map(
    (signal) => `    ${signal}/${name}: {receivers: [otlp/${name}], exporters: [debug/${name}]}`,
  ).join('\n'),
)}
`;
}

/** A line of a batch begins what is written of it. */
const HEADS = /^(?=(?:Traces|Metrics|Logs)\t)/m;

/** What is written to standard output of each request, in the order of sending. */
async function shown(collector: string | undefined): Promise<readonly string[]> {
  const run = mkdtempSync(join(folder, 'run-'));
  const file = join(run, 'config.yaml');
  writeFileSync(file, configuration());
  const engine = await Engine.start({ collector, args: [`--config=${file}`], env: { RUN: run } });
  for (const verbosity of VERBOSITIES) {
    for (const signal of SIGNALS) {
      const [body = new Uint8Array(0)] = INPUTS['mixed']?.[signal] ?? [];
      const socketPath = join(run, `${verbosity}.sock`);
      await send({ socketPath, path: `/v1/${signal}`, body });
    }
  }
  await engine.stop();
  return engine.stdout.split(HEADS);
}

describe.skipIf(COLLECTOR === undefined)('the exporter debug, beside the Collector', () => {
  let ours: readonly string[] = [];
  let theirs: readonly string[] = [];

  beforeAll(async () => {
    ours = await shown(undefined);
    theirs = await shown(COLLECTOR);
  });

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const shows = VERBOSITIES.flatMap((verbosity) =>
    SIGNALS.map((signal) => [signal, verbosity] as const),
  ).map(([signal, verbosity], index) => [signal, verbosity, index] as const);

  it.each(shows)('%s in %s', (_signal, _verbosity, index) => {
    expect(theirs[index]).toBeDefined();
    expect(ours[index]).toBe(theirs[index]);
  });
});
