import { createStoreClient, type Sql, type StoreClient, StoreError } from '@sonde/store';
import { z } from 'zod';
import type { BackendLog } from '../../log.ts';
import { RecurringWork } from '../../recurring-work.ts';
import type { Leases } from '../../state/index.ts';
import type { StoreOptions } from '../../store-reader.ts';
import type { StreamMessage } from '../../streams/stream-message.ts';
import { connectionsOfMinuteSql } from './connections-sql.ts';
import { contextsOfMinuteSql } from './contexts-sql.ts';
import { contentOfMinuteSql, dueSql, lastJoinsSql, latestJoinSql } from './due-minutes-sql.ts';
import { joinMinuteSql, type MinuteContent, recordMinuteSql } from './join-sql.ts';
import {
  CLOSED_AFTER_MS,
  FAR_LOOKS,
  HORIZON_MS,
  JOINS_PER_TICK_MAX,
  LATE_WINDOW_MS,
  LEASE_MS,
  LOOK_MS_MAX,
  NEAR_HORIZON_MS,
  STATEMENT_LIMITS,
  TICK_MS,
  UNPUBLISHED_MAX,
  WINDOW_MS,
} from './limits.ts';
import {
  FlowRowSchema,
  flowsSql,
  type JoinedMinute,
  mapMessages,
  PairRowSchema,
  pairsSql,
} from './map-messages.ts';
import type { MinuteJoin } from './minute-join.ts';
import { findNamedSql } from './named-addresses-sql.ts';

const MINUTE_MS = 60_000;
const LEASE = 'service-map';

export interface MapJobOptions {
  readonly store: StoreOptions;
  readonly leases: Leases;
  /** Names this process among its replicas. */
  readonly holder: string;
  readonly log: BackendLog;
  /** Where minutes are told of; absent: nobody reads them. Rejects when they are to be told again. */
  readonly publish?: (messages: readonly StreamMessage[], signal: AbortSignal) => Promise<void>;
  readonly nowMs?: () => number;
  /** Of the time of a look that joining may take; `LOOK_MS_MAX` where absent. */
  readonly lookMsMax?: number;
}

/** A minute that has spans or connections which its edges do not show yet. */
const DueMinute = z.object({
  minute: z.coerce.number(),
  joined_version: z.coerce.number(),
});

/** Start of the newest minute that was joined, in seconds; 0: none. */
const LatestJoin = z.object({ latest: z.number() });

const TenantContent = z.object({ tenant: z.string(), spans: z.number(), points: z.number() });

/**
 * Joins the spans of each minute into edges between services and work by context, and the agents'
 * connections beside them, once the minute is over and again when something of it came late; newest
 * minutes first, so that a map is there at once on a store that has never been joined. One of several
 * replicas does it. A killed one leaves rows of a version that no row of `edge_minutes` names: nobody
 * reads them.
 */
export class MapJob {
  readonly #options: MapJobOptions;
  readonly #store: StoreClient;
  readonly #nowMs: () => number;
  readonly #work: RecurringWork;
  /** Since the points of the whole horizon were counted. */
  #looks = 0;
  /** Joins that are not told yet, by minute; undefined until those of before the start are known. */
  #untold: Map<number, number> | undefined;

  constructor(options: MapJobOptions) {
    this.#options = options;
    this.#store = createStoreClient({ database: 'sonde', ...options.store });
    this.#nowMs = options.nowMs ?? Date.now;
    this.#work = new RecurringWork({
      everyMs: TICK_MS,
      turn: () => this.look(),
      log: options.log,
      failureText: 'the service map could not be brought up to date',
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

  /** Joins what is due; returns how many minutes. Rejects with `StoreError`. */
  async look(): Promise<number> {
    const { leases, holder } = this.#options;
    const nowMs = this.#nowMs();
    const request = { name: LEASE, holder, ttlMs: LEASE_MS, nowMs };
    if ((await leases.acquire(request)) === undefined) return 0;
    await this.#recall(nowMs);
    const due = await this.#due(nowMs);
    const end = performance.now() + (this.#options.lookMsMax ?? LOOK_MS_MAX);
    let joined = 0;
    for (const { minute, joined_version } of due) {
      if (this.#work.signal.aborted || (joined > 0 && performance.now() > end)) break;
      await this.#join({
        minuteMs: minute * 1000,
        version: Math.max(this.#nowMs(), joined_version + 1),
        window: joined_version === 0 ? WINDOW_MS : LATE_WINDOW_MS,
      });
      joined++;
    }
    // What this look had no time for is seen again at the next, however far back it lies.
    if (joined < due.length || due.length === JOINS_PER_TICK_MAX) this.#looks = 0;
    await this.#tell();
    return joined;
  }

  async #due(nowMs: number): Promise<readonly z.infer<typeof DueMinute>[]> {
    const lastMs = await this.#lastMinute(nowMs);
    const reachMs = this.#looks === 0 ? HORIZON_MS : NEAR_HORIZON_MS;
    const due = dueSql({ nowMs, lastMs, pointsFromMs: nowMs - reachMs });
    const { rows } = await this.#store.query(due, DueMinute, this.#call());
    this.#looks = (this.#looks + 1) % FAR_LOOKS;
    return rows;
  }

  /**
   * The last minute to be joined: one that is over. Until there is a first one on the map, the
   * minute that runs is joined too, so that a new Sonde shows its map at once.
   */
  async #lastMinute(nowMs: number): Promise<number> {
    const { rows } = await this.#store.query(latestJoinSql(nowMs), LatestJoin, this.#call());
    const latestMs = (rows[0]?.latest ?? 0) * 1000;
    const closedMs = nowMs - CLOSED_AFTER_MS - MINUTE_MS;
    return latestMs > 0 && latestMs <= closedMs ? closedMs : nowMs;
  }

  async #join(join: MinuteJoin): Promise<void> {
    // Before anything is read: what comes meanwhile makes the minute due again.
    const content = contentOfMinuteSql(join);
    const { rows } = await this.#store.query(content, TenantContent, this.#call());
    const before: MinuteContent = {
      tenants: rows.map(({ tenant }) => tenant),
      spans: rows.map(({ spans }) => spans),
      points: rows.map(({ points }) => points),
    };
    const isAgentThere = before.points.some((points) => points > 0);
    if (isAgentThere) await this.#find('names of addresses', findNamedSql(join), join);
    if (before.spans.some((spans) => spans > 0)) {
      await this.#store.command(joinMinuteSql(join), this.#call());
      await this.#find('work by context', contextsOfMinuteSql(join), join);
    }
    if (isAgentThere) await this.#find('the connections', connectionsOfMinuteSql(join), join);
    // Last: from here on this version is the one that is read.
    await this.#store.command(recordMinuteSql(join, before), this.#call());
    this.#untold?.set(join.minuteMs, join.version);
  }

  /** A minute that is too much for it has edges all the same. */
  async #find(what: string, statement: Sql, { minuteMs }: MinuteJoin): Promise<void> {
    try {
      await this.#store.command(statement, this.#call());
    } catch (error) {
      if (!(error instanceof StoreError) || this.#work.signal.aborted) throw error;
      const reason = error.message;
      this.#options.log.warn(`${what} of a minute could not be found`, { minuteMs, reason });
    }
  }

  /** Whoever was killed may have joined a minute and not told of it: the last ones are told again. */
  async #recall(nowMs: number): Promise<void> {
    if (this.#options.publish === undefined || this.#untold !== undefined) return;
    const joins = lastJoinsSql(nowMs);
    const { rows } = await this.#store.query(joins, DueMinute, this.#call());
    this.#untold = new Map(rows.map((row) => [row.minute * 1000, row.joined_version]));
  }

  /** A broker that is away holds up no map: minutes wait, the oldest are given up. */
  async #tell(): Promise<void> {
    const { publish, log } = this.#options;
    if (publish === undefined || this.#untold === undefined) return;
    for (const minuteMs of this.#untold.keys()) {
      if (this.#untold.size <= UNPUBLISHED_MAX) break;
      this.#untold.delete(minuteMs);
      log.warn('a minute of the service map is told to nobody', { minuteMs });
    }
    for (const [minuteMs, version] of this.#untold) {
      if (this.#work.signal.aborted) return;
      const joined: JoinedMinute = { minuteMs, version };
      const calls = await this.#store.query(pairsSql(joined), PairRowSchema, this.#call());
      const flows = await this.#store.query(flowsSql(joined), FlowRowSchema, this.#call());
      try {
        await publish(mapMessages(calls.rows, flows.rows, joined), this.#work.signal);
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        log.warn('the service map could not be published', { reason, minutes: this.#untold.size });
        return;
      }
      this.#untold.delete(minuteMs);
    }
  }

  #call(): { readonly signal: AbortSignal; readonly settings: typeof STATEMENT_LIMITS } {
    return { signal: this.#work.signal, settings: STATEMENT_LIMITS };
  }
}
