import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { jsonToProtobuf } from '@sonde/proto';
import { afterAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { fullestCollectorPath } from '../system/peers.ts';
import { Engine } from './engine.ts';
import { collectorComponents } from './known-components.ts';
import { normalForm } from './normal-form.ts';

const CASES = z
  .array(
    z.strictObject({
      name: z.string(),
      /** Below the folder of the run. */
      path: z.string().optional(),
      records: z.int(),
      receiver: z.string(),
      text: z.string().optional(),
      base64: z.string().optional(),
    }),
  )
  .parse(parse(readFileSync(join(import.meta.dirname, 'files.yaml'), 'utf8')))
  .map((each, index) => ({ ...each, path: each.path ?? `${index}.log`, id: `c${index}` }));

const COLLECTOR = fullestCollectorPath();
const isFull = collectorComponents(COLLECTOR).has('receivers file_log');

const folder = mkdtempSync(join(tmpdir(), 'sonde-files-'));
afterAll(() => rmSync(folder, { recursive: true }));

type Outputs = ReadonlyMap<string, readonly string[]>;

/** Both read the same files, so that paths are equal too. */
function writeFiles(): void {
  for (const { path, text, base64 } of CASES) {
    const file = join(folder, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, base64 === undefined ? (text ?? '') : Buffer.from(base64, 'base64'));
  }
}

function configuration(output: string): string {
  const receivers = CASES.map(({ id, path, receiver }) => {
    const settings: unknown = parse(receiver);
    const include = [join(folder, path)];
    return [`filelog/${id}`, { include, start_at: 'beginning', ...Object(settings) }];
  });
  const exporters = CASES.map(({ id }) => [`file/${id}`, { path: join(output, `${id}.json`) }]);
  const pipelines = CASES.map(({ id }) => [
    `logs/${id}`,
    { receivers: [`filelog/${id}`], exporters: [`file/${id}`] },
  ]);
  return JSON.stringify({
    receivers: Object.fromEntries(receivers),
    exporters: Object.fromEntries(exporters),
    service: {
      telemetry: { metrics: { level: 'none' } },
      pipelines: Object.fromEntries(pipelines),
    },
  });
}

/** The lines that each case's exporter wrote. */
async function run(collector: string | undefined): Promise<Outputs> {
  const output = mkdtempSync(join(folder, 'out-'));
  const config = join(output, 'config.json');
  writeFileSync(config, configuration(output).replaceAll('$', '$$$$'));
  const engine = await Engine.start({ collector, args: [`--config=${config}`], env: {} });
  const linesOf = (id: string): readonly string[] => {
    const text = readFileSync(join(output, `${id}.json`), 'utf8');
    return text.split('\n').filter((line) => line !== '');
  };
  try {
    // Both may write a record too few or too many: that is compared, not waited for.
    await expect
      .poll(() => CASES.filter(({ id, records }) => recordsOf(linesOf(id)) < records).length, {
        timeout: 15_000,
        interval: 250,
      })
      .toBe(0)
      .catch(() => undefined);
  } finally {
    await engine.stop();
  }
  return new Map(CASES.map(({ id }) => [id, linesOf(id)]));
}

function recordsOf(lines: readonly string[]): number {
  return lines.join('').split('"observedTimeUnixNano"').length - 1;
}

function meaningOf(lines: readonly string[] = []): unknown {
  const requests = lines.map((line) => ({
    signal: 'logs' as const,
    bytes: jsonToProtobuf('logs', line),
  }));
  return normalForm(requests, ['observedTimeUnixNano']);
}

describe.skipIf(!isFull)('files, beside the Collector', () => {
  let both: Promise<readonly [Outputs, Outputs]> | undefined;
  const outputs = (): Promise<readonly [Outputs, Outputs]> => {
    if (both === undefined) writeFiles();
    both ??= Promise.all([run(undefined), run(COLLECTOR)]);
    return both;
  };

  it.each(CASES)('$name', async ({ id, records }) => {
    const [ours, theirs] = await outputs();
    expect(meaningOf(ours.get(id))).toEqual(meaningOf(theirs.get(id)));
    expect(recordsOf(theirs.get(id) ?? [])).toBe(records);
  });
});
