import {
  applyPlan,
  createStoreClient,
  DEFAULT_SCHEMA_OPTIONS,
  readDetachedParts,
  readStorage,
  type StoreClient,
  shardDatabase,
} from '@sonde/store';
import type { StorageAction, StorageResponse } from '../api/contract/index.ts';
import type { BackendLog } from '../log.ts';
import { RecurringWork } from '../recurring-work.ts';
import type { StateStore } from '../state/index.ts';
import type { StorageStatus } from '../status/status.ts';
import type { StoreOptions } from '../store-reader.ts';
import { DetachedGauges, detachedPart } from './detached-status.ts';
import { type StorageReport, storageReport } from './storage-report.ts';

const TICK_MS = 60_000;
/** The first look comes soon: a store may be full when Sonde starts. */
const FIRST_TICK_MS = 5_000;
/** Longer than a turn takes; a leader that died is replaced after it. */
const LEASE_MS = 300_000;
const LEASE = 'retention';
/** Versions of the settings that explain stored classes. */
const HISTORY_MAX = 1000;
/** Actions that are remembered for people. */
const ACTIONS_MAX = 200;
const DATABASE = 'sonde';

export interface RetentionJobOptions {
  readonly store: StoreOptions;
  readonly state: Pick<StateStore, 'settings' | 'leases'>;
  /** Names this process among its replicas. */
  readonly holder: string;
  readonly log: BackendLog;
  readonly nowMs?: () => number;
}

/**
 * Drops and moves partitions by the settings, and keeps the disk from filling up. Every replica
 * looks, so that each can say how the store fares; the one that holds the lease acts.
 */
export class RetentionJob {
  readonly #options: RetentionJobOptions;
  readonly #store: StoreClient;
  readonly #work: RecurringWork;
  readonly #where: { readonly database: string; readonly cluster: string | undefined };
  #actions: readonly StorageAction[] = [];
  readonly #gauges = new DetachedGauges();
  #status: StorageStatus = { parts: [], detached: [] };

  constructor(options: RetentionJobOptions) {
    this.#options = options;
    this.#store = createStoreClient({ ...options.store });
    const { cluster } = options.store;
    const schema = { ...DEFAULT_SCHEMA_OPTIONS, database: DATABASE };
    const named = cluster === undefined ? undefined : { name: cluster };
    this.#where = { database: shardDatabase({ ...schema, cluster: named }), cluster };
    this.#work = new RecurringWork({
      everyMs: TICK_MS,
      firstMs: FIRST_TICK_MS,
      turn: () => this.turn(),
      log: options.log,
      failureText: 'The job of retention failed and is tried again',
    });
  }

  start(): void {
    this.#work.start();
  }

  async stop(): Promise<void> {
    await this.#work.stop();
    this.#gauges.end();
    await this.#options.state.leases.release(LEASE, this.#options.holder);
    await this.#store.close();
  }

  /** How the last look found the store; nothing before the first. */
  status(): StorageStatus {
    return this.#status;
  }

  /** Reads anew. Rejects with `StoreError`. */
  async report(signal: AbortSignal): Promise<StorageResponse> {
    const { response } = await this.#look(signal);
    return { ...response, detached: this.#status.detached, actions: this.#actions };
  }

  /** One turn: looks, and acts where this process is the leader. Rejects with `StoreError`. */
  async turn(): Promise<void> {
    const { signal } = this.#work;
    const { plan } = await this.#look(signal);
    const { state, holder } = this.#options;
    const request = { name: LEASE, holder, ttlMs: LEASE_MS, nowMs: this.#nowMs() };
    if ((await state.leases.acquire(request)) === undefined) return;
    await applyPlan(this.#store, plan, {
      ...this.#where,
      signal,
      onAction: ({ kind, partition }) => {
        const { table, id, bytes } = partition;
        this.#remember({ atMs: this.#nowMs(), kind, table, partition: id, bytes });
      },
    });
  }

  async #look(signal: AbortSignal): Promise<StorageReport> {
    const { settings } = this.#options.state;
    const where = { ...this.#where, signal };
    const [storage, detached] = await Promise.all([
      readStorage(this.#store, where),
      readDetachedParts(this.#store, where),
    ]);
    const { settings: newest } = await settings.current();
    const versions = await settings.list(HISTORY_MAX);
    const report = storageReport({
      storage,
      current: newest.retention,
      // Newest first: the one before was replaced when it came.
      history: versions.map((version, i) => ({
        retention: version.settings.retention,
        untilMs: versions[i - 1]?.createdMs ?? Number.POSITIVE_INFINITY,
      })),
      nowMs: this.#nowMs(),
    });
    const { guard, detail } = report.response;
    const room = { name: 'storage', state: guard === 'calm' ? 'ok' : 'degraded', detail } as const;
    this.#status = { parts: [room, ...detachedPart(detached)], detached };
    this.#gauges.set(detached);
    return report;
  }

  #remember(action: StorageAction): void {
    this.#actions = [action, ...this.#actions].slice(0, ACTIONS_MAX);
    if (action.kind !== 'sacrificed') return;
    const { table, partition, bytes } = action;
    this.#options.log.warn('A partition was dropped: the store has no room', {
      table,
      partition,
      bytes,
    });
  }

  #nowMs(): number {
    return this.#options.nowMs?.() ?? Date.now();
  }
}
