import {
  closeSync,
  existsSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  readdirSync,
  readSync,
  statSync,
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
  /** Where its line begins in the log, in bytes. */
  readonly at: number;
}

/** A table's newest log of tokens, and the folders of its parts on each disk. */
interface TableLog {
  readonly newest: string;
  readonly folders: readonly string[];
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
 *
 * A line of the log is changed in place, from added to removed: that needs no room on a full disk.
 */
export function forgetUnfinishedInserts(roots: readonly string[]): number {
  let forgotten = 0;
  for (const { newest, folders } of tableLogs(roots)) {
    const log = openSync(newest, 'r+');
    try {
      const { remembered, end } = readTail(log);
      if (end < fstatSync(log).size) ftruncateSync(log, end);
      const gone = withoutPart(remembered, folders);
      for (const { at } of gone) writeSync(log, REMOVED, at);
      if (gone.length > 0) fsyncSync(log);
      forgotten += gone.length;
    } finally {
      closeSync(log);
    }
  }
  return forgotten;
}

/**
 * The token's digests of inserts that the engine remembers and has no part of, in logs that were
 * written since then. While the engine is open, that is one that failed, or one that is about to
 * give its part a name: ask again. Changes nothing.
 */
export function unfinishedInserts(roots: readonly string[], sinceUnixMs: number): Set<string> {
  const found = new Set<string>();
  for (const { newest, folders } of tableLogs(roots)) {
    if (statSync(newest).mtimeMs < sinceUnixMs) continue;
    const log = openSync(newest, 'r');
    try {
      for (const { blockId } of withoutPart(readTail(log).remembered, folders)) found.add(blockId);
    } finally {
      closeSync(log);
    }
  }
  return found;
}

function tableLogs(roots: readonly string[]): readonly TableLog[] {
  const [first] = roots;
  if (first === undefined) return [];
  return foldersIn(first).flatMap((group) =>
    foldersIn(join(first, group)).flatMap((table) => {
      const newest = newestLog(join(first, group, table, LOGS));
      return newest === undefined
        ? []
        : [{ newest, folders: roots.map((root) => join(root, group, table)) }];
    }),
  );
}

/** Parts are looked for after the log was read: one may get its name in between. */
function withoutPart(
  remembered: readonly Remembered[],
  folders: readonly string[],
): readonly Remembered[] {
  if (remembered.length === 0) return [];
  const parts = folders.flatMap(foldersIn).flatMap((name) => parsePart(name) ?? []);
  return remembered.filter(({ partName }) => {
    const part = parsePart(partName);
    return part !== undefined && !parts.some((other) => covers(other, part));
  });
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

/** What is remembered at the end of a log, and where its last whole line ends. */
function readTail(log: number): { readonly remembered: readonly Remembered[]; end: number } {
  const { size } = fstatSync(log);
  const from = Math.max(0, size - TAIL_BYTES);
  const bytes = Buffer.alloc(size - from);
  const tail = bytes.subarray(0, readSync(log, bytes, 0, bytes.length, from));
  const end = tail.lastIndexOf(NEWLINE) + 1;
  // The first line of a tail may have begun before it.
  let start = from > 0 ? tail.indexOf(NEWLINE) + 1 : 0;
  const remembered = new Map<string, Remembered>();
  while (start < end) {
    const next = tail.indexOf(NEWLINE, start) + 1;
    const [operation, partName, blockId] = tail.toString('latin1', start, next - 1).split('\t');
    if (partName !== undefined && blockId !== undefined) {
      if (operation === ADDED) remembered.set(blockId, { partName, blockId, at: from + start });
      if (operation === REMOVED) remembered.delete(blockId);
    }
    start = next;
  }
  const isWhole = end === 0 && from > 0;
  return { remembered: [...remembered.values()], end: isWhole ? size : from + end };
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
