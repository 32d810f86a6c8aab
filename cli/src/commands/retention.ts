import { join, resolve } from 'node:path';
import {
  type RetentionRule,
  RetentionSchema,
  type RetentionSettings,
} from '@sonde/pipeline/settings';
import { z } from 'zod';
import { projectRoot } from '../project-root.ts';
import { readRunFile } from '../supervise/run-file.ts';
import { UsageError } from '../usage-error.ts';
import { readFlags } from './read-flags.ts';
import { changedRules, readRule, ruleText } from './retention-rules.ts';

const ANSWER_MS_MAX = 30_000;

const Settings = z.looseObject({ retention: RetentionSchema });

const Storage = z.looseObject({
  signals: z.array(
    z.looseObject({ signal: z.string(), bytes: z.number(), rows: z.number(), days: z.number() }),
  ),
  detail: z.string(),
  // A server of before has none.
  detached: z
    .array(
      z.looseObject({
        table: z.string(),
        parts: z.number(),
        bytes: z.number(),
        rows: z.number().nullable(),
      }),
    )
    .default([]),
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
    rule: {
      type: 'string',
      multiple: true,
      value: 'TEXT',
      about:
        'rows with days of their own: "debug: logs, severityMax=8, days=3"; the first that matches',
    },
    'remove-rule': { type: 'string', multiple: true, value: 'NAME', about: 'a rule that goes' },
    url: { type: 'string', value: 'URL', about: 'of the page (default: who runs on --data)' },
    data: {
      type: 'string',
      value: 'FOLDER',
      about: 'the data folder of sonde up (default .sonde in the clone)',
    },
  });
  const url = values.url ?? urlOf(resolve(values.data ?? join(projectRoot(), '.sonde')));
  const change = {
    sets: values.set ?? [],
    added: (values.rule ?? []).map(readRule),
    removed: values['remove-rule'] ?? [],
  };
  const settings = await ask(`${url}/api/v1/settings`, Settings);
  const wanted = changed(settings.retention, change);
  if (change.sets.length + change.added.length + change.removed.length > 0) {
    const body = JSON.stringify({ ...settings, retention: wanted });
    await ask(`${url}/api/v1/settings`, Settings, { method: 'PUT', body });
  }
  const storage = await ask(`${url}/api/v1/storage`, Storage);
  const rows = storage.signals.map(
    ({ signal, days, bytes, rows: count }) =>
      `${signal.padEnd(14)} ${String(days).padStart(4)} days ${(bytes / 1e6).toFixed(1).padStart(12)} MB ${String(count).padStart(14)} rows`,
  );
  const rules = wanted.rules.map((rule) => `rule ${ruleText(rule)}`);
  const lost = storage.detached.map(
    ({ table, parts, bytes, rows: count }) =>
      `set aside: ${parts} part(s) of ${table}, ${(bytes / 1e6).toFixed(1)} MB, ` +
      `${count ?? 'unknown'} rows (docs/store.md, Broken parts)`,
  );
  process.stdout.write(`${[...rows, ...rules, storage.detail, ...lost].join('\n')}\n`);
}

function urlOf(folder: string): string {
  const running = readRunFile(join(folder, 'run.json'));
  if (running !== undefined) return running.page;
  throw new UsageError(`no Sonde runs on ${folder}: name its page with --url URL`);
}

interface Change {
  readonly sets: readonly string[];
  readonly added: readonly RetentionRule[];
  readonly removed: readonly string[];
}

function changed(retention: RetentionSettings, change: Change): RetentionSettings {
  const { rules, ...days } = retention;
  const numbers: Record<string, number | null> = { ...days };
  for (const text of change.sets) {
    const match = /^([A-Za-z]+)=(\d{1,16}|null)$/.exec(text);
    if (match?.[1] === undefined || !Object.hasOwn(numbers, match[1])) {
      throw new UsageError(
        `--set ${text}: write KEY=N with a key of ${Object.keys(numbers).join(', ')}`,
      );
    }
    numbers[match[1]] = match[2] === 'null' ? null : Number(match[2]);
  }
  const parsed = RetentionSchema.safeParse({ ...numbers, rules: changedRules(rules, change) });
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(({ path, message }) => {
    const set = change.sets.find((text) => text.startsWith(`${String(path[0])}=`));
    return `${set === undefined ? path.join('.') : `--set ${set}`}: ${message}`;
  });
  throw new UsageError(problems.join('; '));
}

async function ask<T>(url: string, schema: z.ZodType<T>, init: RequestInit = {}): Promise<T> {
  const headers = { 'Content-Type': 'application/json' };
  const signal = AbortSignal.timeout(ANSWER_MS_MAX);
  const response = await fetch(url, { ...init, headers, signal }).catch((cause: unknown) => {
    const why = cause instanceof Error && cause.cause instanceof Error ? cause.cause : cause;
    const reason = why instanceof Error ? why.message : String(why);
    throw new Error(`no page of Sonde answers at ${url}: ${reason}`, { cause });
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${url} answers ${response.status}: ${text}`);
  return schema.parse(JSON.parse(text));
}
