import { setImmediate as nextTurn } from 'node:timers/promises';
import { PatternBook, type PatternEntry } from '@sonde/log-patterns';
import { createStoreClient, type StoreClient } from '@sonde/store';
import type { BackendLog } from '../log.ts';
import { RecurringWork } from '../recurring-work.ts';
import type { Leases } from '../state/index.ts';
import type { StoreOptions } from '../store-reader.ts';
import { AliasWriter, type WrittenSource } from './alias-writer.ts';
import { FactRow, factsQuery } from './fact-query.ts';
import { parseFact } from './leaf-facts.ts';
import {
  FACTS_PER_LOOK_MAX,
  LEASE_MS,
  LEAVES_MAX,
  OVERLAP_MS,
  SOURCES_MAX,
  STATEMENT_LIMITS,
  STEPS_A_TURN,
  TICK_MS,
} from './limits.ts';
import { PatternStream } from './pattern-stream.ts';

const LEASE = 'log-patterns';

export interface PatternJobOptions {
  readonly store: StoreOptions;
  readonly leases: Leases;
  /** Names this process among its replicas. */
  readonly holder: string;
  readonly log: BackendLog;
  /** Has messages of the stream `sonde.log_patterns` written; without it nobody is told. */
  readonly publish?: ConstructorParameters<typeof PatternStream>[0];
  readonly nowMs?: () => number;
}

interface Source extends WrittenSource {
  /** What the stream said of each pattern. */
  readonly told: Map<string, string>;
  readonly book: PatternBook;
  hasChanged: boolean;
}

/**
 * Makes patterns of the ids that all processes gave to lines: which id belongs to which pattern, and
 * its template. What is written is a function of the facts in the store; one of several replicas does
 * it, and another one comes to the same.
 */
export class PatternJob {
  readonly #options: PatternJobOptions;
  readonly #store: StoreClient;
  readonly #writer: AliasWriter;
  readonly #nowMs: () => number;
  readonly #work: RecurringWork;
  readonly #stream: PatternStream | undefined;
  #sources = new Map<string, Source>();
  #leaves = 0;
  /** Facts written before are read; 0: none is yet. */
  #readUntilMs = 0;
  #isBehind = false;

  constructor(options: PatternJobOptions) {
    this.#options = options;
    this.#store = createStoreClient({ database: 'sonde', ...options.store });
    this.#writer = new AliasWriter(this.#store);
    this.#nowMs = options.nowMs ?? Date.now;
    this.#stream = options.publish === undefined ? undefined : new PatternStream(options.publish);
    this.#work = new RecurringWork({
      everyMs: TICK_MS,
      turn: () => this.look(),
      log: options.log,
      failureText: 'log patterns could not be brought up to date',
    });
  }

  start(): void {
    this.#work.start();
  }

  async stop(): Promise<void> {
    await this.#work.stop();
    const { leases, holder } = this.#options;
    await leases.release(LEASE, holder);
    await this.#store.close();
  }

  /**
   * Reads new facts, writes what changed by them and tells the stream; returns rows written. Rejects
   * `StoreError`, and `StreamError` when all but the stream has what is new: it hears of it with the
   * next look.
   */
  async look(): Promise<number> {
    const { leases, holder } = this.#options;
    const request = { name: LEASE, holder, ttlMs: LEASE_MS, nowMs: this.#nowMs() };
    if ((await leases.acquire(request)) === undefined) {
      // Whoever has it writes meanwhile: all is read anew once it is ours.
      this.#forget();
      return 0;
    }
    await this.#readFacts();
    let written = 0;
    for (const source of this.#sources.values()) {
      if (this.#work.signal.aborted) break;
      if (!source.hasChanged) continue;
      const entries = await this.#group(source.book);
      written += await this.#writer.write(source, entries, this.#nowMs());
      this.#stream?.take(source, entries, this.#nowMs());
      source.hasChanged = false;
    }
    await this.#stream?.flush(this.#work.signal);
    return written;
  }

  #forget(): void {
    this.#sources = new Map();
    this.#leaves = 0;
    this.#readUntilMs = 0;
  }

  async #readFacts(): Promise<void> {
    // Where one look did not read all, the next goes on from there.
    const overlapMs = this.#isBehind ? 0 : OVERLAP_MS;
    const since = Math.max(0, this.#readUntilMs - overlapMs);
    const { rows } = await this.#store.query(factsQuery(since, FACTS_PER_LOOK_MAX), FactRow, {
      signal: this.#work.signal,
      settings: STATEMENT_LIMITS,
    });
    this.#isBehind = rows.length >= FACTS_PER_LOOK_MAX;
    let turn = 0;
    for (const row of rows) {
      this.#learn(row);
      this.#readUntilMs = Math.max(this.#readUntilMs, row.written_ms);
      if (++turn % 100 === 0) await nextTurn();
    }
  }

  #learn({ tenant, service, fact: json }: FactRow): void {
    const fact = parseFact(json);
    if (fact === undefined) return;
    const key = JSON.stringify([tenant, service]);
    let source = this.#sources.get(key);
    if (source === undefined) {
      if (this.#sources.size >= SOURCES_MAX) return;
      const empty = { book: new PatternBook(), written: new Map(), told: new Map() };
      source = { tenant, service, ...empty, hasChanged: false };
      this.#sources.set(key, source);
    }
    const before = source.book.size;
    if (this.#leaves >= LEAVES_MAX && !source.book.knows(fact.id)) return;
    if (source.book.learn(fact)) source.hasChanged = true;
    this.#leaves += source.book.size - before;
  }

  async #group(book: PatternBook): Promise<readonly PatternEntry[]> {
    const steps = book.group();
    for (let step = 1; ; step++) {
      const { done, value } = steps.next();
      if (done === true) return value;
      if (step % STEPS_A_TURN === 0) await nextTurn();
    }
  }
}
