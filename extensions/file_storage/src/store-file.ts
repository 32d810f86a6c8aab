import { type FileHandle, open, rename, rm, statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { StorageOperation } from '@sonde/pipeline';
import { DEAD_BYTES_MIN, DEAD_RATIO_MIN } from './limits.ts';
import {
  type Change,
  type EncodedRecord,
  encodeRecord,
  HEADER_BYTES,
  MAGIC,
  type PlacedChange,
  payloadBytes,
} from './record.ts';
import { readExactly, type ScanResult, scanFile } from './scan-file.ts';

interface Place {
  /** In the file. */
  readonly offset: number;
  readonly length: number;
}

/** A batch as it is written: what it changes and what its reads find. */
export interface PreparedBatch {
  readonly record: EncodedRecord | undefined;
  readonly found: readonly (Uint8Array | undefined)[];
}

const MODE = 0o600;

/**
 * Values by key in one file:
 *
 *     magic | length crc payload | length crc payload | ...      payload = sets and deletes
 *
 * The file only grows; the newest record of a key counts. The keys and the places of their values
 * are in memory, the values are not. One caller at a time (`SerialStore`).
 */
export class StoreFile {
  readonly #path: string;
  readonly #fsync: boolean;
  #file: FileHandle;
  readonly #places = new Map<string, Place>();
  /** Where the next record goes. */
  #end = 0;
  /** Bytes that a rewritten file would have. */
  #alive = MAGIC.length;
  /** A write failed, and what it left behind has not been cut off yet. */
  #dirty = false;

  private constructor(path: string, file: FileHandle, fsync: boolean) {
    this.#path = path;
    this.#file = file;
    this.#fsync = fsync;
  }

  /** Creates it where it is missing. Rejects with `DamagedFileError`. */
  static async open(
    path: string,
    { fsync }: { readonly fsync: boolean },
  ): Promise<{ readonly store: StoreFile; readonly tornBytes: number }> {
    const file = await openOrCreate(path);
    try {
      const store = new StoreFile(path, file, fsync);
      const { tornBytes } = await store.#load();
      return { store, tornBytes };
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  get keyCount(): number {
    return this.#places.size;
  }

  /** Whether most of the file is overwritten or deleted. */
  get wantsCompaction(): boolean {
    const dead = this.#end - this.#alive;
    return dead >= DEAD_BYTES_MIN && dead >= DEAD_RATIO_MIN * this.#alive;
  }

  /** Bytes that a rewritten file would have. */
  get aliveBytes(): number {
    return this.#alive;
  }

  has(key: string): boolean {
    return this.#places.has(key);
  }

  /** Bytes that the disk has for this process. */
  async freeBytes(): Promise<number> {
    const { bavail, bsize } = await statfs(dirname(this.#path));
    return bavail * bsize;
  }

  /** Bytes of the file. */
  get byteCount(): number {
    return this.#end;
  }

  /** What `operations` find and change, `before` having been prepared and not written yet. */
  async prepare(
    operations: readonly StorageOperation[],
    before: ReadonlyMap<string, Uint8Array | undefined>,
  ): Promise<PreparedBatch> {
    const changes = new Map<string, Uint8Array | undefined>();
    const found: (Uint8Array | undefined)[] = [];
    for (const operation of operations) {
      const { key } = operation;
      if (operation.type !== 'get') {
        changes.delete(key);
        changes.set(key, operation.type === 'set' ? operation.value : undefined);
        found.push(undefined);
      } else if (changes.has(key)) found.push(changes.get(key));
      else if (before.has(key)) found.push(before.get(key));
      else found.push(await this.#read(key));
    }
    const list: Change[] = [...changes].map(([key, value]) => ({ key, value }));
    return { record: list.length === 0 ? undefined : encodeRecord(list), found };
  }

  /**
   * Appends records, all of them or none, and resolves when they are as safe as `fsync` says.
   * Rejects with the system's error; the file is then as it was.
   */
  async append(records: readonly EncodedRecord[]): Promise<void> {
    if (this.#dirty) await this.#cut();
    const bytes = Buffer.concat(records.map((record) => record.bytes));
    this.#dirty = true;
    await writeFully(this.#file, bytes, this.#end);
    if (this.#fsync) await this.#file.datasync();
    this.#dirty = false;
    let offset = this.#end;
    for (const record of records) {
      this.#apply(record.changes, offset + HEADER_BYTES);
      offset += record.bytes.length;
    }
    this.#end = offset;
  }

  /** Rewrites the file with what is alive. On failure the old file goes on. */
  async compact(): Promise<void> {
    const draft = `${this.#path}.compact`;
    const file = await open(draft, 'w+', MODE);
    const places = new Map<string, Place>();
    let end = MAGIC.length;
    try {
      await writeFully(file, MAGIC, 0);
      for (const [key, place] of this.#places) {
        const value = await readExactly(this.#file, place.offset, place.length);
        const { bytes } = encodeRecord([{ key, value }]);
        await writeFully(file, bytes, end);
        end += bytes.length;
        places.set(key, { offset: end - place.length, length: place.length });
      }
      await file.datasync();
      await rename(draft, this.#path);
    } catch (error) {
      await file.close();
      await rm(draft, { force: true });
      throw error;
    }
    await syncDirectory(dirname(this.#path));
    await this.#file.close();
    this.#file = file;
    this.#dirty = false;
    for (const [key, place] of places) this.#places.set(key, place);
    this.#end = end;
    this.#alive = end;
  }

  async close(): Promise<void> {
    await this.#file.close();
  }

  async #load(): Promise<ScanResult> {
    const scan = await scanFile(this.#file, this.#path, (changes, offset) =>
      this.#apply(changes, offset),
    );
    this.#end = scan.end;
    if (scan.tornBytes > 0) await this.#cut();
    if (this.#end === 0) {
      await writeFully(this.#file, MAGIC, 0);
      this.#end = MAGIC.length;
    }
    return scan;
  }

  #apply(changes: readonly PlacedChange[], payloadOffset: number): void {
    for (const { key, value } of changes) {
      const old = this.#places.get(key);
      if (old !== undefined) this.#alive -= aliveBytes(key, old.length);
      this.#places.delete(key);
      if (value === undefined) continue;
      this.#places.set(key, { offset: payloadOffset + value.offset, length: value.length });
      this.#alive += aliveBytes(key, value.length);
    }
  }

  async #read(key: string): Promise<Uint8Array | undefined> {
    const place = this.#places.get(key);
    return place === undefined ? undefined : readExactly(this.#file, place.offset, place.length);
  }

  async #cut(): Promise<void> {
    await this.#file.truncate(this.#end);
    this.#dirty = false;
  }
}

function aliveBytes(key: string, valueBytes: number): number {
  return HEADER_BYTES + valueBytes + payloadBytes([{ key, value: new Uint8Array() }]);
}

async function openOrCreate(path: string): Promise<FileHandle> {
  try {
    return await open(path, 'r+');
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
  }
  const file = await open(path, 'wx+', MODE);
  await syncDirectory(dirname(path));
  return file;
}

async function writeFully(file: FileHandle, bytes: Uint8Array, offset: number): Promise<void> {
  let written = 0;
  while (written < bytes.length) {
    const rest = bytes.length - written;
    const { bytesWritten } = await file.write(bytes, written, rest, offset + written);
    written += bytesWritten;
  }
}

/** A new name is durable once its folder is. */
async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}
