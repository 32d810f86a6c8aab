import { dirname } from 'node:path/posix';
import { z } from 'zod';
import { param, sql } from '../client/sql.ts';
import type { StoreClient } from '../client/store-client.ts';
import { StoreError } from '../client/store-error.ts';

/** Files that are read in one look; parts of which none was read stay unknown. */
const FILES_MAX = 1000;
/** Folders of tables that are looked into: their names go to the store in the URL. */
const FOLDERS_MAX = 60;

/** An absolute path without what `file` takes for a pattern. */
const PLAIN = /^\/[^*?{},]+$/;

const CountFile = z.object({ path: z.string(), content: z.string() });

/**
 * Rows by the part's folder, as its own `count.txt` says: for parts that no table has any more. A
 * part without that file, with anything but a number in it, in a bucket or beyond 1000 is not in the
 * answer; none is where the server cannot or may not read one of them. Rejects with `StoreError` when
 * the store is not there.
 */
export async function readPartRows(
  client: StoreClient,
  paths: readonly string[],
  signal?: AbortSignal,
): Promise<ReadonlyMap<string, number>> {
  const folders = new Set(paths.filter((path) => PLAIN.test(path)).map(dirname));
  if (folders.size === 0) return new Map();
  const inner = [...folders].slice(0, FOLDERS_MAX).map((folder) => folder.slice(1));
  const pattern = param.string(`/{${inner.join(',')}}/*/count.txt`);
  const statement = sql`SELECT _path AS path, raw_blob AS content
    FROM file(${pattern}, 'RawBLOB', 'raw_blob String') LIMIT ${param.uint32(FILES_MAX)}`;
  const call = signal === undefined ? {} : { signal };
  try {
    const { rows } = await client.query(statement, CountFile, call);
    return new Map(
      rows
        .filter(({ content }) => /^\d{1,15}$/.test(content.trim()))
        .map(({ path, content }) => [dirname(path), Number(content)]),
    );
  } catch (error) {
    // Not allowed, or a file on a disk that fails: retention must go on all the same.
    if (error instanceof StoreError && error.clickhouseCode !== undefined) return new Map();
    throw error;
  }
}
