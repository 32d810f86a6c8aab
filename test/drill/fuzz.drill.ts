import { parseArgs } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { type Columns, MalformedError, SIGNALS, type Signal } from '@sonde/proto';
import { Bodies, type Body, isJson, type Origin, protobufOf } from './fuzz-bodies.ts';
import { type Compared, compare, compareJson, emptyColumns, examine } from './fuzz-verdict.ts';

/**
 * `npm run drill -- fuzz [--bodies N] [--signal NAME] [--seed N]`: generated, truncated, changed and
 * spliced requests of each signal through scan, decode and encode, held against protobufjs. Ends
 * with 1 on a crash, on more than 50 ms of CPU for a body, on memory that grows, on a refusal
 * without an offset and on a verdict that differs for no known reason.
 */
const BODIES_DEFAULT = 1_000_000;
const CPU_MS_MAX = 50;
const RSS_GROWTH_MAX = 1.2;
const PROGRESS_STEPS = 10;
/** Before this share of the bodies memory is not yet compared: code is compiled, columns grow. */
const WARM_STEPS = 2;
const CELLS_EVERY = 10;
const FAULTS_SHOWN_MAX = 20;

setFlagsFromString('--expose_gc');
const collectGarbage: unknown = runInNewContext('gc');

interface Wanted {
  readonly bodies: number;
  readonly seed: number;
  readonly signals: readonly Signal[];
}

const USAGE = `Usage: npm run drill -- fuzz [--bodies N] [--signal ${SIGNALS.join('|')}] [--seed N]`;

/** Of the command line; throws what is wrong with it, in words. */
function wanted(args: readonly string[]): Wanted | undefined {
  const { values } = parseArgs({
    args: [...args],
    options: {
      bodies: { type: 'string', default: String(BODIES_DEFAULT) },
      seed: { type: 'string', default: '20251125' },
      signal: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return undefined;
  const [bodies, seed] = [Number(values.bodies), Number(values.seed)];
  if (!Number.isSafeInteger(bodies) || bodies < 1) {
    throw new RangeError(`--bodies takes a whole number from 1, not "${values.bodies}"`);
  }
  if (!Number.isSafeInteger(seed)) {
    throw new RangeError(`--seed takes a whole number, not "${values.seed}"`);
  }
  const signals = SIGNALS.filter((signal) => (values.signal ?? signal) === signal);
  if (signals.length === 0) {
    throw new RangeError(`no signal "${values.signal}"; there are ${SIGNALS.join(', ')}`);
  }
  return { bodies, seed, signals };
}

function rssBytes(): number {
  if (typeof collectGarbage === 'function') collectGarbage();
  return process.memoryUsage.rss();
}

class SignalDrill {
  readonly #signal: Signal;
  readonly #bodies: Bodies;
  readonly #columns: Columns;
  readonly #origins = new Map<Origin, number>();
  readonly #differences = new Map<string, number>();
  #refused = 0;
  #items = 0;
  #slowestMs = 0;
  #faults = 0;

  constructor(signal: Signal, seed: number) {
    this.#signal = signal;
    this.#bodies = new Bodies(signal, seed);
    this.#columns = emptyColumns(signal);
  }

  /** Returns how many faults there were. */
  run(count: number): number {
    const step = Math.max(1, Math.ceil(count / PROGRESS_STEPS));
    let warmRss = 0;
    let highestRss = 0;
    for (let i = 1; i <= count; i++) {
      this.#one(this.#bodies.next(), i % CELLS_EVERY === 0);
      if (i % step !== 0 && i !== count) continue;
      const rss = rssBytes();
      if (i <= step * WARM_STEPS) warmRss = rss;
      else highestRss = Math.max(highestRss, rss);
      console.log(
        `${this.#signal} ${i}/${count}: ${this.#refused} refused, ${this.#items} items, ` +
          `slowest ${this.#slowestMs.toFixed(1)} ms, RSS ${(rss / 1e6).toFixed(0)} MB`,
      );
    }
    if (highestRss > warmRss * RSS_GROWTH_MAX) {
      this.#fault(`memory grew from ${warmRss} to ${highestRss} bytes`, undefined);
    }
    this.#report(warmRss, highestRss);
    return this.#faults;
  }

  #one(body: Body, cells: boolean): void {
    this.#origins.set(body.origin, (this.#origins.get(body.origin) ?? 0) + 1);
    try {
      const began = performance.now();
      const bytes = protobufOf(this.#signal, body);
      if (isJson(body)) {
        this.#judge(compareJson(body.bytes.toString(), bytes), body);
      }
      if (bytes instanceof MalformedError) {
        this.#refused++;
        return;
      }
      const { items, fault } = examine(this.#columns, bytes);
      const ms = performance.now() - began;
      this.#slowestMs = Math.max(this.#slowestMs, ms);
      if (ms > CPU_MS_MAX) this.#measureAgain(body);
      if (fault !== undefined) this.#fault(fault, body);
      if (typeof items === 'number') this.#items += items;
      else this.#refused++;
      this.#compare(bytes, items, cells, body);
    } catch (error) {
      this.#fault(`crash: ${error instanceof Error ? error.stack : error}`, body);
    }
  }

  /** Other processes take wall-clock time, not CPU. */
  #measureAgain(body: Body): void {
    const before = process.cpuUsage();
    const bytes = protobufOf(this.#signal, body);
    if (!(bytes instanceof MalformedError)) examine(this.#columns, bytes);
    const used = process.cpuUsage(before);
    const ms = (used.user + used.system) / 1000;
    if (ms > CPU_MS_MAX) this.#fault(`${ms} ms of CPU`, body);
  }

  #compare(bytes: Uint8Array, items: number | MalformedError, cells: boolean, body: Body): void {
    this.#judge(compare(this.#columns, bytes, items, cells), body);
  }

  #judge({ known, fault }: Compared, body: Body): void {
    if (known !== undefined) this.#differences.set(known, (this.#differences.get(known) ?? 0) + 1);
    if (fault !== undefined) this.#fault(fault, body);
  }

  #fault(words: string, body: Body | undefined): void {
    this.#faults++;
    if (this.#faults > FAULTS_SHOWN_MAX) return;
    const bytes = body === undefined ? '' : ` in ${body.origin} ${body.bytes.toString('hex')}`;
    console.error(`${this.#signal}: ${words}${bytes}`);
  }

  #report(warmRss: number, highestRss: number): void {
    const list = (counts: ReadonlyMap<string, number>): string =>
      [...counts].map(([name, count]) => `${name} ${count}`).join(', ') || 'none';
    console.log(
      [
        `${this.#signal}: ${list(this.#origins)}`,
        `  stricter than protobufjs: ${list(this.#differences)}`,
        `  RSS ${(warmRss / 1e6).toFixed(0)} -> ${(highestRss / 1e6).toFixed(0)} MB at most`,
        `  unexplained: ${this.#faults}`,
      ].join('\n'),
    );
  }
}

function main(): number {
  let chosen: Wanted | undefined;
  try {
    chosen = wanted(process.argv.slice(2));
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error));
    console.error(USAGE);
    return 2;
  }
  if (chosen === undefined) {
    console.log(USAGE);
    return 0;
  }
  const { bodies, seed, signals } = chosen;
  console.log(`${bodies} bodies a signal, seed ${seed}`);
  let faults = 0;
  for (const signal of signals) faults += new SignalDrill(signal, seed).run(bodies);
  return faults === 0 ? 0 : 1;
}

process.exitCode = main();
