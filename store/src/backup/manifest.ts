import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

/** What a backup holds. */
export interface BackupManifest {
  readonly format: 1;
  readonly takenAt: string;
  readonly sondeVersion: string;
  readonly engineVersion: string;
  readonly schemaVersion: number;
  readonly database: string;
  /** Rows by table, counted in the copied parts. */
  readonly rows: Readonly<Record<string, number>>;
  /** Records that were acknowledged and not in the store yet; null when nobody could say. */
  readonly waitingInBuffer: number | null;
}

const FILE = 'sonde-backup.json';

const ManifestSchema: z.ZodType<BackupManifest> = z.object({
  format: z.literal(1),
  takenAt: z.string(),
  sondeVersion: z.string(),
  engineVersion: z.string(),
  schemaVersion: z.number().int(),
  database: z.string().regex(/^[A-Za-z_][A-Za-z0-9_]{0,63}$/),
  rows: z.record(z.string(), z.number()),
  waitingInBuffer: z.number().nullable(),
});

/** Throws in words when the folder is no backup of ours, or one of a later form. */
export function readManifest(folder: string): BackupManifest {
  let found: unknown;
  try {
    found = JSON.parse(readFileSync(join(folder, FILE), 'utf8'));
  } catch (cause) {
    throw new Error(`${folder} is no backup of Sonde: ${FILE} is not there or not whole`, {
      cause,
    });
  }
  const parsed = ManifestSchema.safeParse(found);
  if (parsed.success) return parsed.data;
  throw new Error(
    `${folder} was made by another release of Sonde: ${z.prettifyError(parsed.error)}`,
  );
}

/** The last file that is written: a backup without it is not whole. */
export function writeManifest(folder: string, manifest: BackupManifest): void {
  writeFileSync(join(folder, FILE), `${JSON.stringify(manifest, null, 2)}\n`, { mode: 0o600 });
}
