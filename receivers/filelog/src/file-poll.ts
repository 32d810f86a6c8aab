import type { WarningGate } from '@sonde/log-operators';
import type { Logger } from '@sonde/pipeline';
import type { FilelogConfig } from './config.ts';
import { type FileRegistry, type FoundFile, readAnchor } from './file-registry.ts';
import { findFiles } from './glob/find-files.ts';
import { DEPARTED_QUIET_MS, FILES_MAX, POSTPONED_POLLS } from './limits.ts';
import { lookAtFiles } from './look-at-files.ts';
import { FileOrder } from './order-files.ts';
import { PathLooker } from './path-looker.ts';
import type { Tail } from './tail.ts';

export interface FilePollOptions {
  readonly config: FilelogConfig;
  readonly registry: FileRegistry;
  readonly warnings: WarningGate;
  readonly logger: Logger;
  readonly createTail: (path: string, key: string, gzip: boolean) => Tail;
}

/** Looks which files there are and which of them want reading. */
export class FilePoll {
  readonly #options: FilePollOptions;
  readonly #order: FileOrder | undefined;
  readonly #looker = new PathLooker();
  /** Whether the last look found nothing. */
  #isEmpty = false;
  #startAtEnd: boolean;
  #polls = 0;
  /** Files that are nothing yet (empty, or copies), as they were when they were looked at. */
  readonly #postponed = new Map<string, { readonly size: number; readonly poll: number }>();

  /** Throws for an ordering that is none. */
  constructor(options: FilePollOptions) {
    const { ordering_criteria: ordering, start_at: startAt } = options.config;
    this.#options = options;
    this.#order = ordering === undefined ? undefined : new FileOrder(ordering);
    this.#startAtEnd = startAt === 'end';
  }

  /** Positions were kept: files that are not among them are new, and read from the beginning. */
  skipStartAt(): void {
    this.#startAtEnd = false;
  }

  /** Files that want reading now. */
  async run(): Promise<readonly Tail[]> {
    this.#polls++;
    const found = await this.#find();
    const { tails } = this.#options.registry;
    const unknown: FoundFile[] = [];
    const paths = new Map<string, string[]>();
    for (const file of found) {
      const names = paths.get(file.key);
      if (names !== undefined) names.push(file.path);
      else paths.set(file.key, [file.path]);
      if (tails.has(file.key) || names !== undefined || this.#isPostponed(file)) continue;
      unknown.push(file);
    }
    this.#forgetPostponed(paths);
    for (const file of unknown) await this.#meet(file);
    for (const file of found) this.#note(file, paths.get(file.key) ?? []);
    this.#startAtEnd = false;
    return this.#due();
  }

  /** What has not changed is not opened at every poll. */
  #isPostponed({ key, stats }: FoundFile): boolean {
    const before = this.#postponed.get(key);
    if (before === undefined || before.size !== stats.size) return false;
    return stats.size === 0 || this.#polls - before.poll < POSTPONED_POLLS;
  }

  #forgetPostponed(found: ReadonlyMap<string, unknown>): void {
    for (const key of this.#postponed.keys()) {
      if (!found.has(key) || this.#options.registry.tails.has(key)) this.#postponed.delete(key);
    }
  }

  async #find(): Promise<readonly FoundFile[]> {
    const { config, warnings } = this.#options;
    this.#looker.begin();
    const { paths, problems, cut } = await findFiles(config.include, config.exclude, this.#looker);
    for (const problem of problems) warnings.warn('Failed to read a directory', { problem });
    if (cut) warnings.warn('Too many files', { most: FILES_MAX });
    // Once, not at every look: a folder may be empty for days.
    const isEmpty = paths.length === 0;
    if (isEmpty && !this.#isEmpty) warnings.warn('no files match the configured criteria');
    this.#isEmpty = isEmpty;
    const found = (await lookAtFiles(paths, this.#looker)).filter((file) => this.#isYoung(file));
    return this.#limited(found);
  }

  #isYoung({ stats }: FoundFile): boolean {
    const { exclude_older_than: age } = this.#options.config;
    return age === 0 || Date.now() - stats.mtimeMs <= age;
  }

  /** The first by `ordering_criteria`, and no more than `max_batches` allows. */
  #limited(found: readonly FoundFile[]): readonly FoundFile[] {
    const { max_batches: batches, max_concurrent_files: files } = this.#options.config;
    const most = batches === 0 ? found.length : batches * Math.max(1, Math.floor(files / 2));
    if (this.#order === undefined) return found.slice(0, most);
    const byPath = new Map(found.map((file) => [file.path, file]));
    const top = this.#order.top([...byPath.keys()], (path) => byPath.get(path)?.stats.mtimeMs);
    return top
      .map((path) => byPath.get(path))
      .filter((file) => file !== undefined)
      .slice(0, most);
  }

  /** A file whose inode is not known. */
  async #meet(file: FoundFile): Promise<void> {
    const { registry, config, createTail, logger, warnings } = this.#options;
    const { path, key } = file;
    const gzip =
      config.compression === 'gzip' || (config.compression === 'auto' && path.endsWith('.gz'));
    try {
      // Of what is there at the start only the growth is read, so copies do no harm.
      const copies = this.#startAtEnd ? 'read' : 'held';
      const recognized = await registry.recognize(file, { gzip, copies });
      if (recognized.kind === 'later') {
        this.#postponed.set(key, { size: file.stats.size, poll: this.#polls });
        return;
      }
      const tail = createTail(path, key, gzip);
      tail.opened(recognized.opened);
      tail.fingerprint = recognized.head;
      if (recognized.kind === 'known') tail.adopt(recognized.known);
      else if (this.#startAtEnd) await startAtEnd(tail, file);
      registry.tails.set(key, tail);
      logger.info('Started watching file', { path });
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      warnings.warn('Failed to open file', { path, error: reason });
    }
  }

  #note(file: FoundFile, paths: readonly string[]): void {
    const tail = this.#options.registry.tails.get(file.key);
    if (tail === undefined) return;
    // Of several names the first in the order of the patterns, whenever it appeared.
    const [first = file.path] = paths;
    if (tail.path !== first) {
      tail.path = first;
      tail.attributes = undefined;
    }
    tail.seenAt = this.#polls;
    tail.departed = false;
    const { size, mtimeMs } = file.stats;
    if (size === tail.size && mtimeMs === tail.mtimeMs) return;
    tail.size = size;
    tail.mtimeMs = mtimeMs;
    tail.due = true;
  }

  #due(): readonly Tail[] {
    const { force_flush_period: period } = this.#options.config;
    const now = performance.now();
    const due: Tail[] = [];
    for (const tail of this.#options.registry.tails.values()) {
      if (tail.seenAt !== this.#polls) this.#miss(tail, now);
      const isOverdue = tail.pendingLength > 0 && period > 0 && now - tail.pendingSinceMs >= period;
      if (!tail.due && !isOverdue && !tail.holdsBack && !tail.departed) continue;
      if (tail.busy) continue;
      tail.due = false;
      due.push(tail);
    }
    return due;
  }

  #miss(tail: Tail, now: number): void {
    if (!tail.departed)
      tail.quietSinceMs = Math.max(tail.quietSinceMs, now - DEPARTED_QUIET_MS / 2);
    tail.departed = true;
  }
}

/** Leaves out what is there already. */
async function startAtEnd(tail: Tail, { stats }: FoundFile): Promise<void> {
  const { source } = tail;
  if (source === undefined) return;
  tail.offset = tail.gzip ? await unpackedSize(source) : stats.size;
  tail.anchor = await readAnchor(source, tail.offset);
  tail.safe = { offset: tail.offset, number: 0 };
  tail.headerDone = true;
}

async function unpackedSize(source: NonNullable<Tail['source']>): Promise<number> {
  const buffer = Buffer.alloc(64 * 1024);
  let size = 0;
  for (let length = buffer.length; length === buffer.length; size += length) {
    length = await source.read(buffer, size);
  }
  return size;
}
