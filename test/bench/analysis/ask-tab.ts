import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { Sonde } from '../../system/sonde.ts';

/** The tabs of trace analysis, each with the list that an answer has to have. */
export const TABS = [
  ['overview', 'rows'],
  ['errors', 'causes'],
  ['latency', 'frames'],
  ['attributes', 'differences'],
  ['breakdown', 'parts'],
] as const;

/** What a tab was asked. */
export interface Question {
  /** Of the API, with its query. */
  readonly path: string;
  readonly list: (typeof TABS)[number][1];
}

/** One answer as the page takes it: lines of progress, then the answer. */
export interface Told {
  readonly elapsedMs: number;
  /** Until the first line of progress; NaN when none came. */
  readonly firstProgressMs: number;
  readonly steps: number;
  readonly rowsRead: number;
  readonly traces: number;
  readonly everyNth: number;
  readonly listed: number;
}

const ANSWER = z.looseObject({
  cost: z.object({ rowsRead: z.number() }),
  selection: z.object({ traces: z.number(), everyNth: z.number() }),
});
const LINE = z.object({
  progress: z.object({ step: z.string() }).optional(),
  answer: ANSWER.optional(),
});

/** Lines as they come, each with the time since the question. Throws on an answer that is not 200. */
async function* linesOf(
  url: string,
  signal: AbortSignal,
): AsyncGenerator<{ readonly atMs: number; readonly line: z.output<typeof LINE> }> {
  const began = performance.now();
  const response = await fetch(url, { headers: { accept: 'application/x-ndjson' }, signal });
  if (!response.ok || response.body === null) throw new Error(await response.text());
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of response.body) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      const atMs = performance.now() - began;
      const parsed: unknown = JSON.parse(line);
      if (typeof parsed === 'object' && parsed !== null && 'error' in parsed) throw new Error(line);
      yield { atMs, line: LINE.parse(parsed) };
    }
  }
}

/** Asks a tab and reads to the end. Throws when the answer cannot be right. */
export async function askTab(sonde: Sonde, { path, list }: Question): Promise<Told> {
  const { signal } = new AbortController();
  let [firstProgressMs, steps] = [Number.NaN, 0];
  for await (const { atMs, line } of linesOf(sonde.addresses.page + path, signal)) {
    if (line.progress !== undefined) {
      if (steps === 0) firstProgressMs = atMs;
      steps += 1;
    }
    if (line.answer === undefined) continue;
    const { cost, selection } = line.answer;
    const listed: unknown = line.answer[list];
    if (!Array.isArray(listed) || selection.traces === 0) {
      throw new Error(`nothing in the answer to ${path}`);
    }
    return {
      ...{ elapsedMs: atMs, firstProgressMs, steps, listed: listed.length },
      ...{ rowsRead: cost.rowsRead, ...selection },
    };
  }
  throw new Error(`no answer to ${path}`);
}

/** How a question was given up. */
export interface Cancelled {
  /** Queries of the backend that the engine was at when the client went away. */
  readonly running: number;
  /** From then until the engine was at none. */
  readonly stoppedMs: number;
}

const STOP_MS_MAX = 10_000;

/** Asks a tab, goes away `afterMs` later and waits until the engine has stopped. */
export async function cancelTab(
  sonde: Sonde,
  { path }: Question,
  afterMs: number,
): Promise<Cancelled> {
  const leaving = new AbortController();
  const asking = drain(sonde.addresses.page + path, leaving.signal);
  await new Promise((resolve) => setTimeout(resolve, afterMs));
  const running = await runningQueries(sonde);
  leaving.abort();
  const began = performance.now();
  await asking;
  for (;;) {
    const stoppedMs = performance.now() - began;
    if ((await runningQueries(sonde)) === 0) return { running, stoppedMs };
    if (stoppedMs > STOP_MS_MAX) throw new Error(`the engine still works after ${path}`);
  }
}

async function drain(url: string, signal: AbortSignal): Promise<void> {
  try {
    for await (const _ of linesOf(url, signal));
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

/** Statements on spans that the engine is at, without the one that asks. */
async function runningQueries(sonde: Sonde): Promise<number> {
  const token = readFileSync(join(sonde.directory, 'tokens', 'internal'), 'utf8').trim();
  const answer = await fetch(`${sonde.addresses.clickhouse}/?database=sonde`, {
    method: 'POST',
    headers: { 'X-ClickHouse-User': 'internal', 'X-ClickHouse-Key': token },
    body: `SELECT count() FROM system.processes
      WHERE query LIKE '%FROM spans%' AND query NOT LIKE '%system.processes%' FORMAT TSV`,
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(text);
  return Number(text);
}
