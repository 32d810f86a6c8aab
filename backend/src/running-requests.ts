import { AsyncLocalStorage } from 'node:async_hooks';

/** Requests whose progress may be asked for at a time; of more there is none. */
const RUNNING_MAX = 10_000;

/**
 * Carries a request's id to where `system.processes` shows it, in the embedded engine and in a server:
 * the engine gives its statements ids and a comment of its own. It names results in the query cache,
 * which nothing here uses.
 */
export const REQUEST_SETTING = 'query_cache_tag';

/** What queries of a request that are over have read. */
export interface FinishedReads {
  rowsRead: number;
  bytesRead: number;
}

interface RunningRequest {
  readonly id: string;
  readonly reads: FinishedReads;
}

/** Whose query is asked, from the request that wants it to the store. */
const current = new AsyncLocalStorage<RunningRequest>();
const running = new Map<string, FinishedReads>();

/** Runs `work` as the request of that id: what it has read can be asked for until it is over. */
export async function asRunning<T>(id: string, work: () => Promise<T>): Promise<T> {
  // An id that is taken is the client's mistake: the first one keeps it.
  if (running.size >= RUNNING_MAX || running.has(id)) return work();
  const reads = { rowsRead: 0, bytesRead: 0 };
  running.set(id, reads);
  try {
    return await current.run({ id, reads }, work);
  } finally {
    running.delete(id);
  }
}

/** What the finished queries of a request have read; undefined when none of that id is under way. */
export function finishedReads(id: string): Readonly<FinishedReads> | undefined {
  return running.get(id);
}

/** Settings by which queries of the current request are found. */
export function requestSettings(): Record<string, string> {
  const request = current.getStore();
  return request === undefined ? {} : { [REQUEST_SETTING]: request.id };
}

/** A query of the current request is over. */
export function countReads({ rowsRead, bytesRead }: FinishedReads): void {
  const reads = current.getStore()?.reads;
  if (reads === undefined) return;
  reads.rowsRead += rowsRead;
  reads.bytesRead += bytesRead;
}
