import { loadavg } from 'node:os';
import { Random, SERVICES } from '@sonde/proto/bench/load';
import type { Sonde } from '../../system/sonde.ts';
import { cpuSecondsOf } from '../otlp-servers.ts';
import {
  DAY_MS,
  type FleetDay,
  ROWS_PER_SLICE,
  rareWordOf,
  traceIdOf,
  USERS,
  userOf,
} from './fleet.ts';

/**
 * What pages ask of a full store: 20 different arguments each, over the API that the page uses
 * where it has one, else over the store's door as the read-only user. Query caches are off in the
 * engine; the page cache is warm from the fill and one round before.
 */
const ARGUMENTS = 20;
const SEED = 20_261;

/** One kind of question, with the bar of its 95th percentile. */
interface Question {
  readonly name: string;
  readonly barMs: number;
  /** The path of the API, or SQL. */
  ask(random: Random, argument: number): { readonly path: string } | { readonly sql: string };
  /** Throws when the answer cannot be right. */
  check(body: unknown): void;
}

interface Figures {
  readonly p95Ms: number;
  readonly medianMs: number;
  /** Of the engine's process, a question. */
  readonly cpuMs: number;
}

/** `from` and `to` of the whole day, as parameters of the API. */
function dayRange({ endMs }: FleetDay): string {
  return `from=${endMs - DAY_MS}&to=${endMs}`;
}

function questionsOf(day: FleetDay): readonly Question[] {
  const range = dayRange(day);
  const sqlRange =
    `timestamp >= fromUnixTimestamp64Milli(${day.endMs - DAY_MS}) AND ` +
    `timestamp < fromUnixTimestamp64Milli(${day.endMs})`;
  return [
    {
      name: 'overview: every service, a day',
      barMs: 300,
      // The range moves, so that no two questions are the same.
      ask: (_random, i) => ({
        path: `/api/v1/services?from=${day.endMs - DAY_MS + i * 60_000}&to=${day.endMs}`,
      }),
      check: (body) => atLeast(body, 'services', SERVICES),
    },
    {
      name: 'heatmap and quantiles of a service, a day',
      barMs: 300,
      ask: (_random, i) => ({ path: `/api/v1/services/service-${i * 2}?${range}` }),
      check: (body) => atLeast(body, 'operations', 1),
    },
    {
      name: 'trace by id',
      barMs: 50,
      ask: (random) => ({
        path: `/api/v1/traces/${traceIdOf(random.below(day.slices), random.below(ROWS_PER_SLICE / 8))}`,
      }),
      check: (body) => atLeast(body, 'spans', 8),
    },
    {
      name: 'spans of a user by attribute, a day',
      barMs: 500,
      ask: (random) => {
        const user = userOf(random.below(USERS));
        return {
          sql: `SELECT timestamp, service, name, lower(hex(trace_id)) FROM spans
            WHERE tenant = 'default' AND ${sqlRange} AND attributes['user.id'] = '${user}'
              AND has(mapValues(attributes), '${user}')
            ORDER BY timestamp DESC LIMIT 100 FORMAT JSON`,
        };
      },
      check: () => undefined,
    },
    {
      name: 'log records with a rare word, a day',
      barMs: 200,
      ask: (_random, i) => ({
        sql: `SELECT timestamp, service, body FROM logs
          WHERE tenant = 'default' AND ${sqlRange} AND hasToken(lower(body), '${rareWordOf(i)}')
          ORDER BY timestamp DESC LIMIT 100 FORMAT JSON`,
      }),
      check: () => undefined,
    },
    ...ANALYSES.map(
      (tab): Question => ({
        name: `analysis of slow traces, a day: ${tab}`,
        barMs: 3000,
        ask: (_random, i) => ({
          path:
            `/api/v1/traces/analysis/${tab}?${range}&set=roots` +
            `&boxMinNs=${SLOW_NS + i * 1_000_000}`,
        }),
        check: (body) => atLeast(body, ANALYSIS_LISTS[tab], 1),
      }),
    ),
  ];
}

/** One in five of the first spans takes longer. */
const SLOW_NS = 200_000_000;
const ANALYSES = ['overview', 'errors', 'latency', 'attributes', 'breakdown'] as const;
const ANALYSIS_LISTS = {
  overview: 'rows',
  errors: 'causes',
  latency: 'frames',
  attributes: 'differences',
  breakdown: 'parts',
} as const;

function atLeast(body: unknown, key: string, length: number): void {
  const list: unknown = typeof body === 'object' && body !== null ? Reflect.get(body, key) : [];
  if (!Array.isArray(list) || list.length < length) {
    throw new Error(`expected ${length} ${key} or more: ${JSON.stringify(body).slice(0, 300)}`);
  }
}

async function ask(sonde: Sonde, question: ReturnType<Question['ask']>): Promise<unknown> {
  const { page, clickhouse } = sonde.addresses;
  const answer =
    'path' in question
      ? await fetch(page + question.path)
      : await fetch(`${clickhouse}/?database=sonde`, { method: 'POST', body: question.sql });
  const text = await answer.text();
  if (!answer.ok) throw new Error(text);
  return JSON.parse(text);
}

async function measure(sonde: Sonde, question: Question): Promise<Figures> {
  const times: number[] = [];
  const random = new Random(SEED);
  const engine = sonde.addresses.processes['store'] ?? 0;
  const cpuBefore = cpuSecondsOf(engine);
  for (let i = 0; i < ARGUMENTS; i++) {
    const asked = question.ask(random, i);
    const began = performance.now();
    const body = await ask(sonde, asked);
    times.push(performance.now() - began);
    question.check(body);
  }
  times.sort((a, b) => a - b);
  return {
    p95Ms: times[Math.ceil(ARGUMENTS * 0.95) - 1] ?? Number.NaN,
    medianMs: times[ARGUMENTS >> 1] ?? Number.NaN,
    cpuMs: ((cpuSecondsOf(engine) - cpuBefore) * 1000) / ARGUMENTS,
  };
}

/** Asks everything once to warm the page cache, then prints each with its bar. */
export async function askQuestions(sonde: Sonde, day: FleetDay, when: string): Promise<void> {
  const wanted = new RegExp(process.env['SONDE_BENCH_QUESTION'] ?? '');
  const questions = questionsOf(day).filter(({ name }) => wanted.test(name));
  for (const question of questions) await measure(sonde, question);
  console.log(`queries ${when}, load ${loadavg()[0]?.toFixed(1)}:`);
  for (const question of questions) {
    const { p95Ms, medianMs, cpuMs } = await measure(sonde, question);
    const verdict = p95Ms <= question.barMs ? 'kept' : 'MISSED';
    console.log(
      `  ${question.name.padEnd(44)} p95 ${p95Ms.toFixed(0).padStart(5)} ms  median ` +
        `${medianMs.toFixed(0).padStart(5)} ms  store CPU ${cpuMs.toFixed(0).padStart(5)} ms  ` +
        `(bar ${question.barMs}: ${verdict})`,
    );
  }
}
