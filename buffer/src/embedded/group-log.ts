import { BufferError } from '../contract.ts';
import { ioError } from './file-io.ts';
import { GroupCommit } from './group-commit.ts';
import type { GroupEntry } from './group-entry.ts';
import { encodeEntry, GroupFile, type GroupFileContent } from './group-file.ts';
import type { OnLogEvent } from './log-event.ts';

/** The file is rewritten with the newest entries alone once it has this many bytes. */
export const COMPACT_AT_BYTES: number = 1024 * 1024;
/** Pairs of group and partition. */
export const GROUP_ENTRIES_MAX = 10_000;

interface PendingEntry {
  /** What is put, or the group that is forgotten. */
  readonly change: GroupEntry | { readonly forget: string };
  readonly resolve: () => void;
  readonly reject: (error: BufferError) => void;
}

export interface GroupLogSettings {
  readonly path: string;
  /** Whether the log has held anything: then there were positions too. */
  readonly isUsed: boolean;
  readonly onEvent: OnLogEvent;
}

/**
 * Positions and intents of all groups, in two files that are written together: an entry is read
 * from whichever has the newest one, so that damage to one of them costs nothing. Each is rewritten
 * by rename when it grows.
 */
export class GroupLog {
  readonly #path: string;
  readonly #files: readonly GroupFile[];
  #entries: Map<string, GroupEntry> = new Map();
  readonly #commits: GroupCommit<PendingEntry>;
  #revision = 0;

  static async open(settings: GroupLogSettings): Promise<GroupLog> {
    const { path } = settings;
    const log = new GroupLog(path);
    try {
      await log.#load(settings);
      // Also makes durable what a killed process wrote, and cuts what it did not finish.
      for (const file of log.#files) await file.rewrite(log.#entries.values());
      return log;
    } catch (error) {
      await log.close();
      throw ioError(error, `opening ${path}`);
    }
  }

  private constructor(path: string) {
    this.#path = path;
    this.#files = [new GroupFile(path), new GroupFile(`${path}-copy`)];
    this.#commits = new GroupCommit((pending) => this.#flush(pending));
  }

  get(group: string, topic: string, partition: number): GroupEntry | undefined {
    return this.#entries.get(keyOf({ group, topic, partition }));
  }

  /** Durable when it resolves. */
  put(entry: GroupEntry): Promise<void> {
    const isNew = !this.#entries.has(keyOf(entry));
    if (isNew && this.#entries.size >= GROUP_ENTRIES_MAX) {
      const message = `more than ${GROUP_ENTRIES_MAX} pairs of group and partition`;
      return Promise.reject(new BufferError('BUFFER_MISUSE', message));
    }
    return new Promise((resolve, reject) => this.#commits.add({ change: entry, resolve, reject }));
  }

  /** Removes all positions and intents of `group`. Durable when it resolves. */
  forget(group: string): Promise<void> {
    return new Promise((resolve, reject) =>
      this.#commits.add({ change: { forget: group }, resolve, reject }),
    );
  }

  /** Pairs of group and partition that begin with this group. */
  entriesOf(group: string): GroupEntry[] {
    return [...this.#entries.values()].filter((entry) => entry.group === group);
  }

  of(topic: string, partition: number): GroupEntry[] {
    const found: GroupEntry[] = [];
    for (const entry of this.#entries.values()) {
      if (entry.topic === topic && entry.partition === partition) found.push(entry);
    }
    return found;
  }

  /** Everything before it is committed by every group; undefined when there is no group. */
  committedBefore(topic: string, partition: number): number | undefined {
    let lowest: number | undefined;
    for (const { position } of this.of(topic, partition)) {
      if (lowest === undefined || position < lowest) lowest = position;
    }
    return lowest;
  }

  /** No offset below it may be given out again. */
  highestOffset(topic: string, partition: number): number {
    let highest = 0;
    for (const { position, intent } of this.of(topic, partition)) {
      highest = Math.max(highest, position, intent?.to ?? 0);
    }
    return highest;
  }

  async close(): Promise<void> {
    await this.#commits.idle();
    for (const file of this.#files) await file.close();
  }

  async #load({ isUsed, onEvent }: GroupLogSettings): Promise<void> {
    const contents: GroupFileContent[] = [];
    for (const file of this.#files) contents.push(await file.load());
    for (const entry of contents.flatMap(({ entries }) => entries)) this.#takeNewer(entry);
    const isOfOneCopy = isOldWhole(contents);
    const lost = !isOfOneCopy && !contents.some(isWhole);
    for (const [index, content] of contents.entries()) {
      const file = this.#files[index];
      // A new log has no files yet, and the release before kept one copy.
      if (file === undefined || isWhole(content) || isOfOneCopy) continue;
      if (!isUsed && !contents.some(({ exists }) => exists)) continue;
      const kept = content.sizeBytes === 0 ? '' : await file.keepAside();
      const bytes = content.damagedBytes;
      onEvent({ type: 'groups_damaged', path: file.path, bytes, kept, lost });
    }
  }

  #takeNewer(entry: GroupEntry): void {
    const revision = entry.revision ?? 0;
    this.#revision = Math.max(this.#revision, revision);
    const known = this.#entries.get(keyOf(entry));
    if (revision >= (known?.revision ?? 0)) this.#entries.set(keyOf(entry), entry);
  }

  async #flush(pending: readonly PendingEntry[]): Promise<void> {
    const next = new Map(this.#entries);
    const written: GroupEntry[] = [];
    let isRewritten = false;
    for (const { change } of pending) {
      if ('forget' in change) {
        for (const entry of next.values()) {
          if (entry.group === change.forget) next.delete(keyOf(entry));
        }
        isRewritten = true;
        continue;
      }
      this.#revision += 1;
      const entry = { ...change, revision: this.#revision };
      written.push(entry);
      next.set(keyOf(entry), entry);
    }
    try {
      await (isRewritten ? this.#rewrite(this.#files, next) : this.#append(written, next));
    } catch (error) {
      const failure = ioError(error, `writing ${this.#path}`);
      for (const { reject } of pending) reject(failure);
      return;
    }
    this.#entries = next;
    for (const { resolve } of pending) resolve();
  }

  async #append(
    written: readonly GroupEntry[],
    next: ReadonlyMap<string, GroupEntry>,
  ): Promise<void> {
    const frames = Buffer.concat(written.map(encodeEntry));
    const full: GroupFile[] = [];
    const appends = this.#files.map(async (file) => {
      const fits = !file.isBroken && file.sizeBytes + frames.length <= COMPACT_AT_BYTES;
      if (!fits || !(await file.append(frames))) full.push(file);
    });
    for (const result of await Promise.allSettled(appends)) {
      if (result.status === 'rejected') throw result.reason;
    }
    await this.#rewrite(full, next);
  }

  /** One after the other: one is whole at any time. */
  async #rewrite(
    files: readonly GroupFile[],
    next: ReadonlyMap<string, GroupEntry>,
  ): Promise<void> {
    for (const file of files) await file.rewrite(next.values());
  }
}

function isWhole({ hasHead, damagedBytes }: GroupFileContent): boolean {
  return hasHead && damagedBytes === 0;
}

/** As the release that kept one copy left it. */
function isOldWhole([first, copy]: readonly GroupFileContent[]): boolean {
  if (first === undefined || copy === undefined || copy.exists) return false;
  return first.exists && !first.hasHead && first.damagedBytes === 0;
}

function keyOf(at: Pick<GroupEntry, 'group' | 'topic' | 'partition'>): string {
  return `${at.topic}/${at.partition}/${at.group}`;
}
