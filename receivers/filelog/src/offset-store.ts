import { type EntryMap, toEntryValue, valueToJson } from '@sonde/log-operators';
import type { StorageClient, StorageOperation } from '@sonde/pipeline';
import { z } from 'zod';
import type { KnownFile } from './known-file.ts';

const INDEX_KEY = 'files';
/** Files in one list. */
const FILES_KEPT_MAX = 100_000;

const storedIndex = z.object({ version: z.literal(1), ids: z.array(z.int()).max(FILES_KEPT_MAX) });
const storedFile = z.object({
  fingerprint: z.base64(),
  anchor: z.base64(),
  offset: z.int().nonnegative(),
  number: z.int().nonnegative(),
  key: z.string(),
  headerDone: z.boolean(),
  header: z.record(z.string(), z.unknown()),
});

/** Keeps the positions of files in a storage extension: a list, and a value a file. */
export class OffsetStore {
  readonly #storage: StorageClient;
  readonly #ids = new Map<object, number>();
  #nextId = 0;
  #kept = new Set<number>();

  constructor(storage: StorageClient) {
    this.#storage = storage;
  }

  /** What was kept; undefined where nothing ever was. Rejects when the storage cannot be read. */
  async load(): Promise<readonly KnownFile[] | undefined> {
    const index = await this.#storage.get(INDEX_KEY);
    if (index === undefined) return undefined;
    const { ids } = storedIndex.parse(JSON.parse(Buffer.from(index).toString('utf8')));
    const files: KnownFile[] = [];
    for (const id of ids) {
      const value = await this.#storage.get(fileKey(id));
      if (value === undefined) continue;
      const known = readFile(value);
      files.push(known);
      this.#ids.set(known, id);
    }
    this.#kept = new Set(ids);
    this.#nextId = Math.max(-1, ...ids) + 1;
    return files;
  }

  /** Keeps all of `files`, writing those in `changed`. A file is known by the object that owns it. */
  async save(files: ReadonlyMap<object, KnownFile>, changed: ReadonlySet<object>): Promise<void> {
    const operations: StorageOperation[] = [];
    const ids = new Set<number>();
    for (const [owner, known] of files) {
      const id = this.#idOf(owner);
      ids.add(id);
      if (!changed.has(owner) && this.#kept.has(id)) continue;
      operations.push({ type: 'set', key: fileKey(id), value: encode(writeFile(known)) });
    }
    for (const id of this.#kept) {
      if (!ids.has(id)) operations.push({ type: 'delete', key: fileKey(id) });
    }
    if (operations.length === 0 && this.#kept.size > 0) return;
    if (!isSame(ids, this.#kept) || this.#kept.size === 0) {
      operations.push({
        type: 'set',
        key: INDEX_KEY,
        value: encode({ version: 1, ids: [...ids] }),
      });
    }
    await this.#storage.batch(operations);
    this.#kept = ids;
    for (const owner of this.#ids.keys()) if (!files.has(owner)) this.#ids.delete(owner);
  }

  close(): Promise<void> {
    return this.#storage.close();
  }

  #idOf(owner: object): number {
    const known = this.#ids.get(owner);
    if (known !== undefined) return known;
    const id = this.#nextId++;
    this.#ids.set(owner, id);
    return id;
  }
}

function isSame(a: ReadonlySet<number>, b: ReadonlySet<number>): boolean {
  return a.size === b.size && [...a].every((id) => b.has(id));
}

function fileKey(id: number): string {
  return `file/${id}`;
}

function encode(value: object): Uint8Array {
  return Buffer.from(JSON.stringify(value));
}

function writeFile(known: KnownFile): z.input<typeof storedFile> {
  const { offset, number, key, headerDone } = known;
  return {
    fingerprint: known.fingerprint.toString('base64'),
    anchor: known.anchor.toString('base64'),
    offset,
    number,
    key,
    headerDone,
    header: z
      .record(z.string(), z.unknown())
      .parse(JSON.parse(valueToJson(known.headerAttributes))),
  };
}

function readFile(value: Uint8Array): KnownFile {
  const stored = storedFile.parse(JSON.parse(Buffer.from(value).toString('utf8')));
  const headerAttributes: EntryMap = new Map();
  for (const [key, member] of Object.entries(stored.header)) {
    headerAttributes.set(key, toEntryValue(member, { ints: true }));
  }
  return {
    fingerprint: Buffer.from(stored.fingerprint, 'base64'),
    anchor: Buffer.from(stored.anchor, 'base64'),
    offset: stored.offset,
    number: stored.number,
    key: stored.key,
    headerDone: stored.headerDone,
    headerAttributes,
  };
}
