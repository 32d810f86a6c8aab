import {
  closeSync,
  existsSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  readdirSync,
  readSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';

const LOGS = 'deduplication_logs';
const LOG_NAME: RegExp = /^deduplication_log_(\d+)\.txt$/;
/** Of the newest log of a table: hundreds of inserts, where a few were under way at most. */
const TAIL_BYTES: number = 64 * 1024;
const NEWLINE = 0x0a;
const ADDED = '1';
const REMOVED = '2';
/** `partition_first_last_level`, with `_mutation` once it has been changed. */
const PART_NAME: RegExp = /^([^_]+)_(\d+)_(\d+)_\d+(?:_\d+)?$/;

interface Part {
  readonly partition: string;
  readonly first: number;
  readonly last: number;
}

/** An insert that the engine remembers: the part that it wrote, and the token's digest. */
interface Remembered {
  readonly partName: string;
  readonly blockId: string;
}

/**
 * Takes out of the engine's memory of tokens those of inserts that it did not finish; returns how
 * many. The engine writes a block's token down, and then gives the block's part its name: killed
 * between the two it would take the block for stored when it comes again, and drop it. Only while
 * the engine is not open.
 *
 * `roots` are the folders in which disks of the engine keep tables, `<root>/<abc>/<uuid>/<part>`;
 * tokens are in the first. A part that is in none of them, and in no part that it was merged into,
 * was not finished (or was dropped since: nobody sends it again).
 */
export function forgetUnfinishedInserts(roots: readonly string[]): number {
  const [first] = roots;
  if (first === undefined) return 0;
  let forgotten = 0;
  for (const group of foldersIn(first)) {
    for (const table of foldersIn(join(first, group))) {
      const folders = roots.map((root) => join(root, group, table));
      forgotten += forgetOfTable(join(first, group, table, LOGS), folders);
    }
  }
  return forgotten;
}

function forgetOfTable(logs: string, folders: readonly string[]): number {
  const newest = newestLog(logs);
  if (newest === undefined) return 0;
  const log = openSync(newest, 'r+');
  try {
    const remembered = readTail(log);
    if (remembered.length === 0) return 0;
    const parts = folders.flatMap(foldersIn).flatMap((name) => parsePart(name) ?? []);
    const gone = remembered.filter(({ partName }) => {
      const part = parsePart(partName);
      return part !== undefined && !parts.some((other) => covers(other, part));
    });
    if (gone.length === 0) return 0;
    const lines = gone.map(({ partName, blockId }) => `${REMOVED}\t${partName}\t${blockId}\n`);
    writeSync(log, lines.join(''), fstatSync(log).size);
    fsyncSync(log);
    return gone.length;
  } finally {
    closeSync(log);
  }
}

function newestLog(logs: string): string | undefined {
  if (!existsSync(logs)) return undefined;
  let newest: { readonly name: string; readonly number: number } | undefined;
  for (const name of readdirSync(logs)) {
    const number = Number(LOG_NAME.exec(name)?.[1] ?? -1);
    if (number > (newest?.number ?? -1)) newest = { name, number };
  }
  return newest === undefined ? undefined : join(logs, newest.name);
}

/** What is remembered at the end of a log; a last line that was not written to its end is cut. */
function readTail(log: number): readonly Remembered[] {
  const { size } = fstatSync(log);
  const at = Math.max(0, size - TAIL_BYTES);
  const bytes = Buffer.alloc(size - at);
  const read = readSync(log, bytes, 0, bytes.length, at);
  const end = bytes.subarray(0, read).lastIndexOf(NEWLINE) + 1;
  if (end < read && (end > 0 || at === 0)) ftruncateSync(log, at + end);
  const lines = bytes.toString('latin1', 0, end).split('\n');
  // The first one may have begun before.
  if (at > 0) lines.shift();
  const remembered = new Map<string, Remembered>();
  for (const line of lines) {
    const [operation, partName, blockId] = line.split('\t');
    if (partName === undefined || blockId === undefined) continue;
    if (operation === ADDED) remembered.set(blockId, { partName, blockId });
    if (operation === REMOVED) remembered.delete(blockId);
  }
  return [...remembered.values()];
}

function parsePart(name: string): Part | undefined {
  const [, partition, first, last] = PART_NAME.exec(name) ?? [];
  if (partition === undefined) return undefined;
  return { partition, first: Number(first), last: Number(last) };
}

function covers(whole: Part, { partition, first, last }: Part): boolean {
  return whole.partition === partition && whole.first <= first && whole.last >= last;
}

function foldersIn(directory: string): string[] {
  if (!existsSync(directory)) return [];
  const entries = readdirSync(directory, { withFileTypes: true });
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
}
