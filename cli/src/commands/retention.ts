import { join, resolve } from 'node:path';
import { z } from 'zod';
import { projectRoot } from '../project-root.ts';
import { readRunFile } from '../supervise/run-file.ts';
import { UsageError } from '../usage-error.ts';
import { readFlags } from './read-flags.ts';

const ANSWER_MS_MAX = 30_000;

const Settings = z.looseObject({ retention: z.record(z.string(), z.number().nullable()) });

const Storage = z.looseObject({
  signals: z.array(
    z.looseObject({ signal: z.string(), bytes: z.number(), rows: z.number(), days: z.number() }),
  ),
  detail: z.string(),
});

/** `sonde retention`: what a running Sonde keeps, and with `--set` a change of it. */
export async function retention(args: readonly string[]): Promise<void> {
  const { values } = readFlags(args, {
    set: {
      type: 'string',
      multiple: true,
      value: 'KEY=N',
      about: 'tracesDays=7, sizeMaxBytes=50000000000; null for the default or never',
    },
    url: { type: 'string', value: 'URL', about: 'of the page (default: who runs on --data)' },
    data: {
      type: 'string',
      value: 'FOLDER',
      about: 'the data folder of sonde up (default .sonde in the clone)',
    },
  });
  const url = values.url ?? urlOf(resolve(values.data ?? join(projectRoot(), '.sonde')));
  if (values.set !== undefined) await change(url, values.set);
  const storage = await ask(`${url}/api/v1/storage`, Storage);
  const rows = storage.signals.map(
    ({ signal, days, bytes, rows: count }) =>
      `${signal.padEnd(14)} ${String(days).padStart(4)} days ${(bytes / 1e6).toFixed(1).padStart(12)} MB ${String(count).padStart(14)} rows`,
  );
  process.stdout.write(`${rows.join('\n')}\n${storage.detail}\n`);
}

function urlOf(folder: string): string {
  const running = readRunFile(join(folder, 'run.json'));
  if (running !== undefined) return running.page;
  throw new UsageError(`no Sonde runs on ${folder}: name its page with --url URL`);
}

async function change(url: string, sets: readonly string[]): Promise<void> {
  const settings = await ask(`${url}/api/v1/settings`, Settings);
  const changed: Record<string, number | null> = { ...settings.retention };
  for (const text of sets) {
    const match = /^([A-Za-z]+)=(\d{1,16}|null)$/.exec(text);
    if (match?.[1] === undefined || !Object.hasOwn(changed, match[1])) {
      throw new UsageError(
        `--set ${text}: write KEY=N with a key of ${Object.keys(changed).join(', ')}`,
      );
    }
    changed[match[1]] = match[2] === 'null' ? null : Number(match[2]);
  }
  const body = JSON.stringify({ ...settings, retention: changed });
  await ask(`${url}/api/v1/settings`, Settings, { method: 'PUT', body });
}

async function ask<T>(url: string, schema: z.ZodType<T>, init: RequestInit = {}): Promise<T> {
  const headers = { 'Content-Type': 'application/json' };
  const signal = AbortSignal.timeout(ANSWER_MS_MAX);
  const response = await fetch(url, { ...init, headers, signal });
  const text = await response.text();
  if (!response.ok) throw new Error(`${url} answers ${response.status}: ${text}`);
  return schema.parse(JSON.parse(text));
}
