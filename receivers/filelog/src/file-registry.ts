import type { Stats } from 'node:fs';
import { type ByteSource, type OpenedFile, openFile } from './byte-source.ts';
import { type KnownFile, startsWith } from './known-file.ts';
import { ANCHOR_BYTES, ARCHIVED_MAX } from './limits.ts';
import type { Tail } from './tail.ts';

/** A file that a poll found. */
export interface FoundFile {
  readonly path: string;
  readonly key: string;
  readonly stats: Pick<Stats, 'size' | 'mtimeMs'>;
}

/** What a file is that was not known by its inode: one to read, or one to look at again later. */
export type Recognized =
  | { readonly kind: 'later' }
  | {
      readonly kind: 'known';
      readonly known: KnownFile;
      readonly head: Buffer;
      readonly opened: OpenedFile;
    }
  | { readonly kind: 'new'; readonly head: Buffer; readonly opened: OpenedFile };

export interface RegistryOptions {
  readonly fingerprintBytes: number;
  /** Archives a file whose content has been replaced, so that its copy is known. */
  readonly onReplaced: (tail: Tail) => void;
}

const COMPARED_BYTES = 1024;

/**
 * The files that are read, by inode, and those that were read and are not there now.
 *
 * A file keeps its place through renaming (its inode), copying (its first bytes and those before the
 * offset) and a new start. A copy of a file that is still there is not read: it may be the first half
 * of a rotation by copy and truncation, and is taken up where the original stood once that is cut.
 */
export class FileRegistry {
  readonly tails: Map<string, Tail> = new Map();
  readonly #options: RegistryOptions;
  #archived: KnownFile[] = [];

  constructor(options: RegistryOptions) {
    this.#options = options;
  }

  /** Everything that is to be kept, by the object that owns it, and what of it has changed. */
  snapshot(): { files: ReadonlyMap<object, KnownFile>; changed: ReadonlySet<object> } {
    const files = new Map<object, KnownFile>(this.#archived.map((known) => [known, known]));
    const changed = new Set<object>();
    for (const tail of this.tails.values()) {
      if (tail.fingerprint.length === 0) continue;
      files.set(tail, tail.known());
      if (tail.dirty) changed.add(tail);
      tail.dirty = false;
    }
    return { files, changed };
  }

  /** What could not be kept has changed still. */
  notSaved(changed: ReadonlySet<object>): void {
    for (const tail of this.tails.values()) if (changed.has(tail)) tail.dirty = true;
  }

  remove(tail: Tail): void {
    this.tails.delete(tail.key);
  }

  get openCount(): number {
    let count = 0;
    for (const { source } of this.tails.values()) if (source !== undefined) count += 1;
    return count;
  }

  /** Files that are open and not in use, beyond a number of them; the quietest first. */
  openBeyond(most: number): readonly Tail[] {
    if (this.tails.size <= most) return [];
    const open = [...this.tails.values()].filter(({ source }) => source !== undefined);
    if (open.length <= most) return [];
    return open
      .filter(({ busy, departed }) => !busy && !departed)
      .sort((a, b) => a.quietSinceMs - b.quietSinceMs)
      .slice(0, open.length - most);
  }

  archive(known: KnownFile): void {
    if (known.fingerprint.length === 0) return;
    if (this.#archived.length >= ARCHIVED_MAX) this.#archived.shift();
    this.#archived.push(known);
  }

  /**
   * Looks at a file whose inode is not known; copies of files that are read are held back, or read
   * too. Rejects when it cannot be opened or read.
   */
  async recognize(
    found: FoundFile,
    { gzip, copies }: { readonly gzip: boolean; readonly copies: 'held' | 'read' },
  ): Promise<Recognized> {
    const opened = await openFile(found.path, { gzip });
    let isTaken = false;
    try {
      if (opened.key !== found.key) return { kind: 'later' };
      const head = await readHead(opened.source, this.#options.fingerprintBytes);
      // An empty file may become a copy; it is nothing yet.
      if (head.length === 0) return { kind: 'later' };
      const file = { ...found, gzip, copies };
      const result = await this.#recognizeHead(file, head, opened);
      isTaken = result.kind !== 'later';
      return result;
    } finally {
      if (!isTaken) await opened.source.close();
    }
  }

  async #recognizeHead(
    found: FoundFile & { readonly gzip: boolean; readonly copies: 'held' | 'read' },
    head: Buffer,
    opened: OpenedFile,
  ): Promise<Recognized> {
    const archived = await this.#takeArchived(found, head, opened.source);
    if (archived !== undefined) return { kind: 'known', known: archived, head, opened };
    for (const tail of found.copies === 'read' ? [] : this.tails.values()) {
      // Another file at the place of one that was moved away is new, however alike they begin.
      if (tail.path === found.path || !isAlike(head, tail.fingerprint)) continue;
      if (tail.busy || tail.source === undefined) return { kind: 'later' };
      if (await this.#isIntact(tail)) {
        // Of a packed copy the size says nothing: it has what was read of the original.
        const copied = found.gzip
          ? await hasAnchor(opened.source, tail)
          : await isCopy(opened.source, tail.source, found);
        if (copied) return { kind: 'later' };
        continue;
      }
      this.#options.onReplaced(tail);
      const known = await this.#takeArchived(found, head, opened.source);
      if (known !== undefined) return { kind: 'known', known, head, opened };
    }
    return { kind: 'new', head, opened };
  }

  async #takeArchived(
    found: FoundFile & { readonly gzip: boolean },
    head: Buffer,
    source: ByteSource,
  ): Promise<KnownFile | undefined> {
    const candidates = this.#archived
      .filter(({ fingerprint }) => startsWith(head, fingerprint))
      .sort((a, b) => rank(b, found) - rank(a, found));
    for (const known of candidates) {
      if (!found.gzip && found.stats.size < known.offset) continue;
      if (!(await hasAnchor(source, known))) continue;
      this.#archived = this.#archived.filter((each) => each !== known);
      return known;
    }
    return undefined;
  }

  async #isIntact({ source, fingerprint, anchor, offset }: Tail): Promise<boolean> {
    if (source === undefined) return false;
    const head = await readHead(source, fingerprint.length);
    return head.equals(fingerprint) && (await hasAnchor(source, { anchor, offset }));
  }
}

/** The same inode first, then the one that was read furthest. */
function rank(known: KnownFile, found: FoundFile): number {
  return known.offset + (known.key === found.key ? Number.MAX_SAFE_INTEGER / 2 : 0);
}

/** Whether one may be a copy of the other, as far as both go. */
function isAlike(head: Buffer, fingerprint: Buffer): boolean {
  return startsWith(head, fingerprint) || startsWith(fingerprint, head);
}

/** Whether `copy` ends with what stands at the same place of `original`. */
async function isCopy(
  copy: ByteSource,
  original: ByteSource,
  { stats: { size } }: FoundFile,
): Promise<boolean> {
  const at = Math.max(0, size - COMPARED_BYTES);
  const [theirs, ours] = [Buffer.alloc(size - at), Buffer.alloc(size - at)];
  const lengths = [await copy.read(theirs, at), await original.read(ours, at)];
  return lengths[0] === lengths[1] && theirs.equals(ours);
}

async function hasAnchor(
  source: ByteSource,
  { anchor, offset }: Pick<KnownFile, 'anchor' | 'offset'>,
): Promise<boolean> {
  const bytes = Buffer.alloc(anchor.length);
  const length = await source.read(bytes, offset - anchor.length);
  return length === anchor.length && bytes.equals(anchor);
}

/** The first bytes of a file, as many as there are. */
export async function readHead(source: ByteSource, bytes: number): Promise<Buffer> {
  const head = Buffer.alloc(bytes);
  return head.subarray(0, await source.read(head, 0));
}

/** The bytes before `offset`. */
export async function readAnchor(source: ByteSource, offset: number): Promise<Buffer> {
  const anchor = Buffer.alloc(Math.min(ANCHOR_BYTES, offset));
  const length = await source.read(anchor, offset - anchor.length);
  return anchor.subarray(0, length);
}
