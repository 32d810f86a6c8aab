import type { LogRecord, LogsResponse } from '@sonde/backend/api-contract';
import { Paged } from '../api/paged.svelte.ts';
import { fetchLogs } from '../api/requests.ts';
import { serverNow } from '../api/server-clock.ts';
import { resolveRange, type TimeRange } from '../location/time-range.ts';
import { type LogFilters, logsScope } from './filters.ts';
import { tailRange } from './tail-range.ts';

const PAGE_ROWS = 500;
const ROWS_MAX = 100_000;

export interface AskedLogs {
  readonly filters: LogFilters;
  readonly range: TimeRange;
}

/** Records with the resource attributes that their columns show. */
export interface AskedRows extends AskedLogs {
  readonly resourceKeys: string | undefined;
}

/** The records of the page, newest first: pages that came on request. */
export function logPages(asked: () => AskedRows): Paged<LogsResponse, LogRecord> {
  return new Paged<LogsResponse, LogRecord>({
    rowsMax: ROWS_MAX,
    ask: () => {
      const { filters, range, resourceKeys } = asked();
      return {
        key: JSON.stringify({ filters, range, resourceKeys }),
        run: (cursor, signal) => {
          const scope = logsScope(filters, resolveRange(range, serverNow()));
          const more = cursor === undefined ? {} : { cursor };
          const wanted = withKeys(resourceKeys);
          return fetchLogs({ ...scope, limit: PAGE_ROWS, ...wanted, ...more }, signal);
        },
      };
    },
    rows: (page) => page.records,
    nextCursor: (page) => page.nextCursor,
  });
}

const POLL_MS = 2000;
const POLLED_MAX = 1000;
const TAIL_MAX = 20_000;

/** What came after the first page was asked for. */
export class LiveTail {
  records: readonly LogRecord[] = $state.raw([]);
  /** Why it does not go on at the moment; empty when it does. */
  trouble: string = $state('');
  #known = new Set<string>();

  readonly #asked: () => AskedRows;

  /** Create it while a component initializes; it polls while `on`. */
  constructor(
    asked: () => AskedRows,
    options: { on: () => boolean; base: () => readonly LogRecord[] },
  ) {
    this.#asked = asked;
    $effect(() => {
      const known = new Set(options.base().map(({ id }) => id));
      this.#known = known;
      this.records = [];
      if (!options.on()) return undefined;
      const controller = new AbortController();
      let timer: ReturnType<typeof setTimeout> | undefined;
      const turn = async (): Promise<void> => {
        await this.#poll(known, controller.signal);
        if (!controller.signal.aborted) timer = setTimeout(() => void turn(), POLL_MS);
      };
      timer = setTimeout(() => void turn(), POLL_MS);
      return () => {
        clearTimeout(timer);
        controller.abort();
      };
    });
  }

  async #poll(known: Set<string>, signal: AbortSignal): Promise<void> {
    const { filters, resourceKeys } = this.#asked();
    const scope = logsScope(filters, tailRange(this.records[0], serverNow()));
    try {
      const { records } = await fetchLogs(
        { ...scope, limit: POLLED_MAX, ...withKeys(resourceKeys) },
        signal,
      );
      if (signal.aborted || known !== this.#known) return;
      const added = records.filter(({ id }) => !known.has(id));
      for (const { id } of added) known.add(id);
      this.trouble = '';
      if (added.length > 0) this.records = merged(added, this.records);
    } catch (cause) {
      if (!signal.aborted) this.trouble = cause instanceof Error ? cause.message : String(cause);
    }
  }
}

function withKeys(resourceKeys: string | undefined): { readonly resourceKeys?: string } {
  return resourceKeys === undefined ? {} : { resourceKeys };
}

/** Newest first; what came late finds its place. */
export function merged(
  added: readonly LogRecord[],
  records: readonly LogRecord[],
): readonly LogRecord[] {
  return [...added, ...records]
    .sort((a, b) => (BigInt(b.timeUnixNano) > BigInt(a.timeUnixNano) ? 1 : -1))
    .slice(0, TAIL_MAX);
}
