import type { EntryMap, OperatorChain } from '@sonde/log-operators';
import type { ByteSource, OpenedFile } from './byte-source.ts';
import type { FilePosition, KnownFile } from './known-file.ts';

export interface TailOptions {
  readonly path: string;
  readonly key: string;
  readonly gzip: boolean;
  readonly chain: OperatorChain | undefined;
}

/** A file that is read as it grows. */
export class Tail {
  path: string;
  readonly key: string;
  readonly gzip: boolean;
  readonly chain: OperatorChain | undefined;
  /** Open while it is read and, as long as there are not too many, in between. */
  source: ByteSource | undefined;
  fingerprint: Buffer = Buffer.alloc(0);
  anchor: Buffer = Buffer.alloc(0);
  /** What has been read and handed on. */
  offset = 0;
  number = 0;
  /** What the pipeline has taken: from here on a new start would read. */
  safe: FilePosition = { offset: 0, number: 0 };
  headerDone: boolean;
  headerAttributes: EntryMap = new Map();
  headerLines = 0;
  /** The poll that found it last. */
  seenAt = 0;
  size = -1;
  mtimeMs = -1;
  /** An incomplete record at the end, and since when it has not grown. */
  pendingLength = 0;
  pendingSinceMs = 0;
  /** When it last grew or went away. */
  quietSinceMs: number = performance.now();
  departed = false;
  /** It is being read or waits for it. */
  busy = false;
  /** There may be something to read. */
  due = true;
  /** `safe` has changed since it was last kept. */
  dirty = true;
  attributes: EntryMap | undefined;

  constructor({ path, key, gzip, chain }: TailOptions, { header }: { readonly header: boolean }) {
    this.path = path;
    this.key = key;
    this.gzip = gzip;
    this.chain = chain;
    this.headerDone = !header;
  }

  /** Goes on where a known file stands. */
  adopt(known: KnownFile): void {
    this.offset = known.offset;
    this.number = known.number;
    this.safe = { offset: known.offset, number: known.number };
    this.anchor = known.anchor;
    this.headerDone = known.headerDone;
    this.headerAttributes = known.headerAttributes;
  }

  opened({ source }: Pick<OpenedFile, 'source'>): void {
    this.source = source;
  }

  /** What would be known of it after a new start. */
  known(): KnownFile {
    const isWhole = this.safe.offset === this.offset;
    return {
      ...this.safe,
      fingerprint: this.fingerprint,
      anchor: isWhole ? this.anchor : Buffer.alloc(0),
      key: this.key,
      headerDone: this.headerDone,
      headerAttributes: this.headerAttributes,
    };
  }

  /** Its content is another one now: reading starts anew. */
  restart({ header }: { readonly header: boolean }): void {
    this.offset = 0;
    this.number = 0;
    this.safe = { offset: 0, number: 0 };
    this.anchor = Buffer.alloc(0);
    this.fingerprint = Buffer.alloc(0);
    this.headerDone = !header;
    this.headerAttributes = new Map();
    this.headerLines = 0;
    this.pendingLength = 0;
    this.dirty = true;
  }

  /** Everything before `offset` was taken, but for what operators hold back. */
  settle(): void {
    const held = this.chain?.earliestHeld(this);
    const safe = held ?? { offset: this.offset, number: this.number };
    if (safe.offset === this.safe.offset) return;
    this.safe = { offset: safe.offset, number: safe.number };
    this.dirty = true;
  }

  get holdsBack(): boolean {
    return this.safe.offset < this.offset;
  }
}
