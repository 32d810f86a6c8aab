import { param, sql } from '@sonde/store';
import { z } from 'zod';
import { finishedReads, REQUEST_SETTING } from '../../running-requests.ts';
import type { StoreQuery, StoreReader } from '../../store-reader.ts';
import type { RequestProgress } from '../contract/index.ts';

interface Reads {
  readonly rows_read: number;
  readonly bytes_read: number;
}

const ReadsSchema: z.ZodType<Reads> = z.object({
  rows_read: z.coerce.number(),
  bytes_read: z.coerce.number(),
});

/** What a request has read so far, by its finished queries and those that run. Rejects as `read`. */
export async function readProgress(
  store: StoreReader,
  id: string,
  signal: AbortSignal,
): Promise<RequestProgress> {
  const finished = finishedReads(id);
  if (finished === undefined) return { running: false, rowsRead: 0, bytesRead: 0 };
  // Those that end while the store is asked are counted twice otherwise.
  const { rowsRead, bytesRead } = finished;
  const { rows } = await store.read(runningQuery(id), signal);
  return {
    running: true,
    rowsRead: rowsRead + (rows[0]?.rows_read ?? 0),
    bytesRead: bytesRead + (rows[0]?.bytes_read ?? 0),
  };
}

function runningQuery(id: string): StoreQuery<Reads> {
  return {
    summary: 'SELECT processes',
    sql: sql`SELECT sum(read_rows) AS rows_read, sum(read_bytes) AS bytes_read
      FROM system.processes
      WHERE Settings[${param.string(REQUEST_SETTING)}] = ${param.string(id)}`,
    row: ReadsSchema,
  };
}
