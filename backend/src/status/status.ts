import type { PartStatus, SignalStatus, StatusResponse } from '../api/contract/index.ts';
import type { StoreReader } from '../store-reader.ts';
import {
  othersSeenQuery,
  type RecentRow,
  recentPointsQuery,
  recentRowsQuery,
  type StoredRow,
  storedQuery,
} from './queries.ts';
import { readSources } from './read-sources.ts';
import type { StatusSources } from './status-sources.ts';

/** What the backend knows of itself and was told about the rest. */
export interface StatusOptions {
  readonly version: string;
  readonly startedMs: number;
  readonly endpoints: StatusResponse['endpoints'];
  readonly sources: StatusSources;
}

interface StoreStatus {
  readonly part: PartStatus;
  readonly signals: readonly SignalStatus[];
  readonly othersSeen: boolean;
}

/** How Sonde fares. Answers when the store or any part is away: that is what it is for. */
export async function readStatus(
  store: StoreReader,
  options: StatusOptions,
  request: { tenant: string; signal: AbortSignal },
): Promise<StatusResponse> {
  const [stored, sources] = await Promise.all([
    readStoreStatus(store, request.tenant, request.signal),
    readSources(options.sources, request.signal),
  ]);
  const page: PartStatus = { name: 'backend', state: 'ok', detail: 'serves the API and the page' };
  return {
    version: options.version,
    startedMs: options.startedMs,
    endpoints: options.endpoints,
    parts: [stored.part, page, ...sources.parts],
    signals: stored.signals,
    deadLetters: sources.deadLetters,
    bufferLag: sources.bufferLag,
    telemetryOfOthersSeen: stored.othersSeen,
  };
}

async function readStoreStatus(
  store: StoreReader,
  tenant: string,
  signal: AbortSignal,
): Promise<StoreStatus> {
  const scope = { tenant, nowMs: Date.now() };
  try {
    const [traces, logs, metrics, stored, others] = await Promise.all([
      store.read(recentRowsQuery('spans', scope), signal),
      store.read(recentRowsQuery('logs', scope), signal),
      store.read(recentPointsQuery(scope), signal),
      store.read(storedQuery(), signal),
      store.read(othersSeenQuery(tenant), signal),
    ]);
    return {
      part: { name: 'store', state: 'ok', detail: 'keeps telemetry and answers queries' },
      signals: [
        signalStatus('traces', traces.rows, stored.rows),
        signalStatus('metrics', metrics.rows, stored.rows),
        signalStatus('logs', logs.rows, stored.rows),
      ],
      othersSeen: others.rows.some((row) => row.seen > 0),
    };
  } catch (error) {
    if (signal.aborted) throw error;
    const detail = error instanceof Error ? error.message : String(error);
    return { part: { name: 'store', state: 'down', detail }, signals: [], othersSeen: false };
  }
}

function signalStatus(
  signal: SignalStatus['signal'],
  recent: readonly RecentRow[],
  stored: readonly StoredRow[],
): SignalStatus {
  const [row] = recent;
  const onDisk = stored.find((candidate) => candidate.signal === signal);
  return {
    signal,
    rowsLastFiveMinutes: row?.other_rows ?? 0,
    ownRowsLastFiveMinutes: row?.own_rows ?? 0,
    lastReceivedMs: row?.last_ms ?? null,
    storedBytes: onDisk?.bytes ?? 0,
    storedRows: onDisk?.row_count ?? 0,
  };
}
