import type {
  DetachedPartsStatus,
  PartStatus,
  SignalStatus,
  StatusResponse,
} from '../api/contract/index.ts';
import type { StoreQuery, StoreReader } from '../store-reader.ts';
import type { GatewayWatch } from './gateway-watch.ts';
import {
  type ActivityScope,
  othersSeenQuery,
  type RecentRow,
  recentPointsQuery,
  recentRowsQuery,
  type StoredRow,
  storedQuery,
} from './queries.ts';
import { readSources } from './read-sources.ts';
import type { StatusSources } from './status-sources.ts';

const RECENT_MS = 300_000;
/** How far back the newest row is looked for when there is none of late. */
const LAST_RECEIVED_MS_MAX = 86_400_000;

/** What the backend knows of itself and was told about the rest. */
export interface StatusOptions {
  readonly version: string;
  readonly startedMs: number;
  readonly endpoints: StatusResponse['endpoints'];
  readonly sources: StatusSources;
  /** Fed between requests, so that it knows what the gateway did before someone looked. */
  readonly gatewayWatch: GatewayWatch;
  /** How much room the store has, and what it lost; no parts as long as nobody looked. */
  readonly storage: () => StorageStatus;
}

export interface StorageStatus {
  readonly parts: readonly PartStatus[];
  readonly detached: readonly DetachedPartsStatus[];
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
    readSources(options.sources, options.gatewayWatch, request.signal),
  ]);
  const storage = options.storage();
  const page: PartStatus = { name: 'backend', state: 'ok', detail: 'serves the API and the page' };
  return {
    version: options.version,
    startedMs: options.startedMs,
    endpoints: options.endpoints,
    parts: [stored.part, ...storage.parts, page, ...sources.parts],
    signals: stored.signals,
    refusals: options.gatewayWatch.refusals(),
    deadLetters: sources.deadLetters.reduce((sum, { count }) => sum + count, 0),
    deadLetterKinds: sources.deadLetters,
    detached: storage.detached,
    bufferLag: sources.bufferLag,
    telemetryOfOthersSeen: stored.othersSeen,
  };
}

async function readStoreStatus(
  store: StoreReader,
  tenant: string,
  signal: AbortSignal,
): Promise<StoreStatus> {
  const recent = (signalName: SignalStatus['signal']): Promise<RecentRow> =>
    readRecent(store, { tenant, signalName, signal });
  try {
    const [traces, logs, metrics, stored, others] = await Promise.all([
      recent('traces'),
      recent('logs'),
      recent('metrics'),
      store.read(storedQuery(), signal),
      store.read(othersSeenQuery(tenant), signal),
    ]);
    return {
      part: { name: 'store', state: 'ok', detail: 'keeps telemetry and answers queries' },
      signals: [
        signalStatus('traces', traces, stored.rows),
        signalStatus('metrics', metrics, stored.rows),
        signalStatus('logs', logs, stored.rows),
      ],
      othersSeen: others.rows.some((row) => row.seen > 0),
    };
  } catch (error) {
    if (signal.aborted) throw error;
    const detail = error instanceof Error ? error.message : String(error);
    return { part: { name: 'store', state: 'down', detail }, signals: [], othersSeen: false };
  }
}

const NOTHING: RecentRow = { own_rows: 0, other_rows: 0, last_ms: null };

/** Counts of the last five minutes; where there are none, the newest row of a day. */
async function readRecent(
  store: StoreReader,
  wish: { tenant: string; signalName: SignalStatus['signal']; signal: AbortSignal },
): Promise<RecentRow> {
  const nowMs = Date.now();
  const read = async (widthMs: number): Promise<RecentRow> => {
    const scope = { tenant: wish.tenant, sinceMs: nowMs - widthMs, nowMs };
    const answer = await store.read(recentQuery(wish.signalName, scope), wish.signal);
    return answer.rows[0] ?? NOTHING;
  };
  const recent = await read(RECENT_MS);
  if (recent.last_ms !== null) return recent;
  return { ...NOTHING, last_ms: (await read(LAST_RECEIVED_MS_MAX)).last_ms };
}

function recentQuery(name: SignalStatus['signal'], scope: ActivityScope): StoreQuery<RecentRow> {
  if (name === 'metrics') return recentPointsQuery(scope);
  return recentRowsQuery(name === 'traces' ? 'spans' : 'logs', scope);
}

function signalStatus(
  signal: SignalStatus['signal'],
  recent: RecentRow,
  stored: readonly StoredRow[],
): SignalStatus {
  const onDisk = stored.find((candidate) => candidate.signal === signal);
  return {
    signal,
    rowsLastFiveMinutes: recent.other_rows,
    ownRowsLastFiveMinutes: recent.own_rows,
    lastReceivedMs: recent.last_ms,
    storedBytes: onDisk?.bytes ?? 0,
    storedRows: onDisk?.row_count ?? 0,
  };
}
