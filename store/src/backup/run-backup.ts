import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { param, Sql, sql } from '../client/sql.ts';
import type { StoreClient } from '../client/store-client.ts';

export interface BackupProgress {
  readonly files: number;
  readonly bytes: number;
}

const POLL_MS = 500;
/** A day: a store of terabytes takes hours. */
const POLLS_MAX = 172_800;

const Started = z.object({ id: z.string() });
const State = z.object({
  status: z.string(),
  error: z.string(),
  files: z.coerce.number(),
  bytes: z.coerce.number(),
});

/** Runs a BACKUP or RESTORE of the engine beside everything else, and tells how far it is. */
export async function runBackup(
  client: StoreClient,
  statement: string,
  onProgress: (progress: BackupProgress) => void,
): Promise<void> {
  const started = await client.query(new Sql([statement], []), Started);
  const id = started.rows[0]?.id ?? '';
  const look = sql`SELECT status::String AS status, error, num_files AS files, total_size AS bytes
    FROM system.backups WHERE id = ${param.string(id)}`;
  for (let poll = 0; poll < POLLS_MAX; poll++) {
    const { rows } = await client.query(look, State);
    const [state] = rows;
    if (state === undefined) throw new Error('the engine does not know its own backup any more');
    if (state.status.endsWith('FAILED'))
      throw new Error(`${state.status}: ${withoutTrace(state.error)}`);
    if (state.status.endsWith('CANCELLED')) throw new Error('the engine was stopped meanwhile');
    onProgress({ files: state.files, bytes: state.bytes });
    if (state.status === 'BACKUP_CREATED' || state.status === 'RESTORED') return;
    await delay(POLL_MS);
  }
  throw new Error(`the engine was not done after ${(POLLS_MAX * POLL_MS) / 3_600_000} hours`);
}

/** The engine appends where in its own code it happened. */
function withoutTrace(error: string): string {
  return error.replace(/, Stack trace \(when copying[\s\S]*$/, '');
}

/** A folder's name inside the engine's folder of backups. */
export function checkBackupName(name: string): void {
  if (/^[A-Za-z0-9][A-Za-z0-9_.-]{0,127}$/.test(name)) return;
  throw new RangeError(`"${name}" is no name of a backup: letters, digits, _ . - alone`);
}
