import { SondeError, type StorageClient, type StorageOperation } from '@sonde/pipeline';
import { DiskRoom } from './disk-room.ts';
import {
  BATCH_OPERATIONS_MAX,
  GROUP_BYTES_MAX,
  KEY_BYTES_MAX,
  KEYS_MAX,
  RECORD_BYTES_MAX,
  WAITING_MAX,
} from './limits.ts';
import type { EncodedRecord } from './record.ts';
import type { StorageEvents } from './storage-events.ts';
import type { StoreFile } from './store-file.ts';

type Found = readonly (Uint8Array | undefined)[];

interface Waiting {
  readonly operations: readonly StorageOperation[];
  readonly byteCount: number;
  readonly resolve: (found: Found) => void;
  readonly reject: (error: SondeError) => void;
}

interface Prepared {
  readonly waiting: Waiting;
  readonly found: Found;
}

export interface SerialStoreOptions {
  readonly store: StoreFile;
  readonly events: StorageEvents;
  /** Called once, when the file is closed. */
  readonly onClosed: () => Promise<void>;
}

/**
 * A component's file, one group of batches after the other: those that wait while one is written
 * go to the disk together, with one sync.
 */
export class SerialStore implements StorageClient {
  readonly #options: SerialStoreOptions;
  #waiting: Waiting[] = [];
  #working: Promise<void> | undefined;
  #closing: Promise<void> | undefined;
  readonly #room: DiskRoom;
  /** The file's size when rewriting it failed: not tried again before it has doubled. */
  #failedAtBytes = 0;

  constructor(options: SerialStoreOptions) {
    this.#options = options;
    this.#room = new DiskRoom(options.store);
  }

  async get(key: string): Promise<Uint8Array | undefined> {
    const [found] = await this.batch([{ type: 'get', key }]);
    return found;
  }

  async set(key: string, value: Uint8Array): Promise<void> {
    await this.batch([{ type: 'set', key, value }]);
  }

  async delete(key: string): Promise<void> {
    await this.batch([{ type: 'delete', key }]);
  }

  async batch(operations: readonly StorageOperation[]): Promise<Found> {
    if (this.#closing !== undefined) throw new SondeError('SHUTTING_DOWN', 'the storage is closed');
    const byteCount = checkedSize(operations);
    if (this.#waiting.length >= WAITING_MAX) {
      throw new SondeError('OVERLOADED', 'too many operations wait for the storage');
    }
    const done = new Promise<Found>((resolve, reject) => {
      this.#waiting.push({ operations, byteCount, resolve, reject });
    });
    this.#working ??= this.#work();
    return done;
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    await this.#working;
    await this.#options.store.close();
    await this.#options.onClosed();
  }

  async #work(): Promise<void> {
    while (this.#waiting.length > 0) {
      await this.#workGroup(await this.#withRoom(this.#takeGroup()));
      await this.#compactIfDue();
    }
    this.#working = undefined;
  }

  #takeGroup(): readonly Waiting[] {
    let size = 0;
    let count = 0;
    for (const { byteCount } of this.#waiting) {
      if (count > 0 && size + byteCount > GROUP_BYTES_MAX) break;
      size += byteCount;
      count += 1;
    }
    return this.#waiting.splice(0, count);
  }

  /** Those that find room; batches with new keys are refused where deletions need what is left. */
  async #withRoom(group: readonly Waiting[]): Promise<readonly Waiting[]> {
    const growing = group.filter(({ operations }) => this.#newKeys(operations) > 0);
    if (growing.length === 0) return group;
    const bytes = group.reduce((sum, { byteCount }) => sum + byteCount, 0);
    const keys = growing.reduce((sum, { operations }) => sum + this.#newKeys(operations), 0);
    try {
      if (await this.#room.fits(bytes, keys)) return group;
    } catch {
      // Where the free room cannot be told the disk itself says when it is full.
      return group;
    }
    const error = new SondeError('OVERLOADED', NO_ROOM_TEXT);
    this.#options.events.failed(error);
    for (const { reject } of growing) reject(error);
    return group.filter((waiting) => !growing.includes(waiting));
  }

  #newKeys(operations: readonly StorageOperation[]): number {
    const { store } = this.#options;
    let count = 0;
    for (const { type, key } of operations) if (type === 'set' && !store.has(key)) count += 1;
    return count;
  }

  async #workGroup(group: readonly Waiting[]): Promise<void> {
    const { store, events } = this.#options;
    const prepared: Prepared[] = [];
    const records: EncodedRecord[] = [];
    const before = new Map<string, Uint8Array | undefined>();
    try {
      for (const waiting of group) {
        const { record, found } = await store.prepare(waiting.operations, before);
        prepared.push({ waiting, found });
        if (record === undefined) continue;
        if (store.keyCount + before.size > KEYS_MAX) {
          throw new SondeError('OVERLOADED', `more than ${KEYS_MAX} keys`);
        }
        records.push(record);
        for (const operation of waiting.operations) remember(operation, before);
      }
      if (records.length > 0) {
        const bytesBefore = store.byteCount;
        await store.append(records);
        this.#room.taken(store.byteCount - bytesBefore);
      }
    } catch (thrown) {
      const error = asStorageError(thrown);
      events.failed(error);
      await this.#readOrReject(group, error);
      return;
    }
    for (const { waiting, found } of prepared) waiting.resolve(found);
  }

  /** What could not be written takes no reading with it: that sees what was there before. */
  async #readOrReject(group: readonly Waiting[], error: SondeError): Promise<void> {
    for (const { operations, resolve, reject } of group) {
      if (operations.some(({ type }) => type !== 'get')) {
        reject(error);
        continue;
      }
      try {
        resolve((await this.#options.store.prepare(operations, new Map())).found);
      } catch (thrown) {
        reject(asStorageError(thrown));
      }
    }
  }

  async #isCompactionDue(): Promise<boolean> {
    const { store } = this.#options;
    if (store.wantsCompaction && store.byteCount >= 2 * this.#failedAtBytes) return true;
    return await this.#room.wantsCompaction().catch(() => false);
  }

  async #compactIfDue(): Promise<void> {
    const { store, events } = this.#options;
    if (!(await this.#isCompactionDue())) return;
    const before = store.byteCount;
    try {
      await store.compact();
      this.#failedAtBytes = 0;
      events.compacted(before, store.byteCount);
    } catch (thrown) {
      this.#failedAtBytes = before;
      events.compactionFailed(asStorageError(thrown));
    }
  }
}

function remember(operation: StorageOperation, before: Map<string, Uint8Array | undefined>): void {
  if (operation.type === 'set') before.set(operation.key, operation.value);
  else if (operation.type === 'delete') before.set(operation.key, undefined);
}

function checkedSize(operations: readonly StorageOperation[]): number {
  if (operations.length > BATCH_OPERATIONS_MAX) {
    throw new SondeError('TOO_LARGE', `more than ${BATCH_OPERATIONS_MAX} operations in a batch`);
  }
  let size = 0;
  for (const operation of operations) {
    const keyBytes = Buffer.byteLength(operation.key);
    if (keyBytes === 0 || keyBytes > KEY_BYTES_MAX) {
      throw new SondeError('TOO_LARGE', `a key must have 1 to ${KEY_BYTES_MAX} bytes`);
    }
    size += keyBytes + (operation.type === 'set' ? operation.value.length : 0) + KEY_OVERHEAD;
  }
  if (size > RECORD_BYTES_MAX) {
    throw new SondeError('TOO_LARGE', `a batch must have at most ${RECORD_BYTES_MAX} bytes`);
  }
  return size;
}

/** Bytes of a record beside key and value. */
const KEY_OVERHEAD = 9;

const NO_ROOM_TEXT =
  'ENOSPC: no space left on device beside what the deletions of what is kept need';

const NO_ROOM: ReadonlySet<unknown> = new Set(['ENOSPC', 'EDQUOT', 'EFBIG']);

function asStorageError(thrown: unknown): SondeError {
  if (thrown instanceof SondeError) return thrown;
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  const code = thrown instanceof Error && 'code' in thrown ? thrown.code : undefined;
  const full = NO_ROOM.has(code);
  return new SondeError(full ? 'OVERLOADED' : 'UNAVAILABLE', message, { cause: thrown });
}
