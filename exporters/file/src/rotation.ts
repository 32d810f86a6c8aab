import { readdir, rename, unlink } from 'node:fs/promises';
import { basename, dirname, extname, join } from 'node:path';
import type { RotationConfig } from './config.ts';

const DAY_MS = 86_400_000;
const TIME = /^(\d{4})-(\d\d)-(\d\d)T(\d\d)-(\d\d)-(\d\d)\.(\d{3})(-.*)?$/;
/** Names tried until one is free. */
const NAMES_MAX = 1000;

/** `data.json` becomes `data-2026-01-02T15-04-05.000-size.json`, as upstream names old files. */
export function backupName(path: string, at: Date, local: boolean): string {
  const extension = extname(path);
  const stem = path.slice(0, path.length - extension.length);
  return `${stem}-${timeText(at, local)}-size${extension}`;
}

function timeText(at: Date, local: boolean): string {
  const shifted = local ? new Date(at.getTime() - at.getTimezoneOffset() * 60_000) : at;
  return shifted.toISOString().slice(0, -1).replaceAll(':', '-');
}

/** Gives the file at `path` the name of an old one. A name that is taken is passed by. */
export async function moveToBackup(path: string, config: RotationConfig): Promise<void> {
  const taken = new Set(await readdir(dirname(path)));
  let at = Date.now();
  for (let tries = 0; tries < NAMES_MAX; tries += 1, at += 1) {
    const name = backupName(path, new Date(at), config.localtime);
    if (taken.has(basename(name))) continue;
    await rename(path, name);
    return;
  }
  throw new Error(`${path}: no free name for the old file`);
}

/** Removes old files that are too many or too old. Returns how many went. */
export async function pruneBackups(path: string, config: RotationConfig): Promise<number> {
  const { max_backups: countMax, max_days: daysMax } = config;
  if (countMax === 0 && daysMax === 0) return 0;
  const oldest = daysMax === 0 ? Number.NEGATIVE_INFINITY : Date.now() - daysMax * DAY_MS;
  const backups = await backupsOf(path, config.localtime);
  const surplus = backups.filter(
    ({ unixMs }, rank) => unixMs < oldest || (countMax > 0 && rank >= countMax),
  );
  for (const { name } of surplus) await unlink(join(dirname(path), name));
  return surplus.length;
}

interface Backup {
  readonly name: string;
  readonly unixMs: number;
}

/** The newest first. */
async function backupsOf(path: string, local: boolean): Promise<readonly Backup[]> {
  const extension = extname(path);
  const prefix = `${basename(path, extension)}-`;
  const backups: Backup[] = [];
  for (const name of await readdir(dirname(path))) {
    if (!name.startsWith(prefix) || !name.endsWith(extension)) continue;
    const unixMs = parseTime(name.slice(prefix.length, name.length - extension.length), local);
    if (unixMs !== undefined) backups.push({ name, unixMs });
  }
  return backups.sort((a, b) => b.unixMs - a.unixMs);
}

function parseTime(text: string, local: boolean): number | undefined {
  const match = TIME.exec(text);
  if (match === null) return undefined;
  const [year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0, milli = 0] = match
    .slice(1, 8)
    .map(Number);
  return local
    ? new Date(year, month - 1, day, hour, minute, second, milli).getTime()
    : Date.UTC(year, month - 1, day, hour, minute, second, milli);
}
