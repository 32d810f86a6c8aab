import type { Signal } from '@sonde/proto';
import { z } from 'zod';
import { SondeError } from '../errors.ts';
import type { StorageClient, StorageOperation } from '../storage/storage.ts';
import { decodeItem, encodeItem, type StoredItem } from './stored-item.ts';

const BOUNDS_KEY = 'bounds';
const BOUNDS = z.strictObject({ format: z.literal(1), head: z.int(), tail: z.int() });

/** Of items that could not be deleted; how many one later batch tries again. */
const DELETED_AGAIN_MAX = 1000;

/** What a restart found: an item, or a key that holds none. */
export type Found =
  | { readonly key: number; readonly item: StoredItem }
  | { readonly key: number; readonly unreadable: Error };

/**
 * The items of a persistent queue in a storage, under numbers that only grow:
 *
 *     bounds {head, tail}    head ... tail - 1, without those that are done
 *
 * An item is there from the moment its sender is answered until it is done, also while it is being
 * sent: what a crash interrupts is found again, in its old place. `head` may lag behind.
 */
export class ItemStore {
  readonly #client: StorageClient;
  readonly #signal: Signal;
  /** In ascending order: the first is the head. */
  readonly #live = new Set<number>();
  /** Done, and still in the storage because it took no change. */
  readonly #undeleted = new Set<number>();
  #tail = 0;

  private constructor(client: StorageClient, signal: Signal) {
    this.#client = client;
    this.#signal = signal;
  }

  /** Owns the client from then on. Rejects where the storage holds another format. */
  static async open(client: StorageClient, signal: Signal): Promise<ItemStore> {
    const store = new ItemStore(client, signal);
    try {
      await store.#readBounds();
    } catch (error) {
      await client.close();
      throw error;
    }
    return store;
  }

  /** What earlier runs left, in the order of arrival. To be read to its end before anything is put. */
  async *found(): AsyncGenerator<Found> {
    for (const key of this.#live) {
      const bytes = await this.#client.get(String(key));
      if (bytes === undefined) {
        this.#live.delete(key);
        continue;
      }
      yield this.#read(key, bytes);
    }
  }

  /**
   * Keeps items, all or none, and resolves with their keys once they are as safe as the storage
   * makes them. Rejects with `OVERLOADED` where the disk is full.
   */
  async put(items: readonly StoredItem[]): Promise<readonly number[]> {
    const keys = items.map((_, index) => this.#tail + index);
    this.#tail += items.length;
    for (const key of keys) this.#live.add(key);
    const sets = items.map(
      (item, index): StorageOperation => ({
        type: 'set',
        key: String(keys[index]),
        value: encodeItem(item),
      }),
    );
    try {
      await this.#change(sets, []);
    } catch (error) {
      for (const key of keys) this.#live.delete(key);
      throw error;
    }
    return keys;
  }

  /**
   * Rejects where the storage cannot be read; undefined where the item is gone, an error where its
   * bytes are no item.
   */
  async load(key: number): Promise<StoredItem | Error | undefined> {
    const bytes = await this.#client.get(String(key));
    if (bytes === undefined) return undefined;
    const found = this.#read(key, bytes);
    return 'item' in found ? found.item : found.unreadable;
  }

  /**
   * The items are done. Rejects where the storage takes no change: they are deleted with a later
   * one, or seen again after a restart.
   */
  async remove(keys: readonly number[]): Promise<void> {
    try {
      await this.#change([], keys);
    } catch (error) {
      for (const key of keys) this.#undeleted.add(key);
      throw error;
    }
  }

  close(): Promise<void> {
    return this.#client.close();
  }

  async #readBounds(): Promise<void> {
    const bytes = await this.#client.get(BOUNDS_KEY);
    if (bytes === undefined) return;
    const parsed = BOUNDS.safeParse(parseJson(bytes));
    if (!parsed.success) {
      const text = 'the storage holds a queue of another format';
      throw new SondeError('INTERNAL', text, { cause: parsed.error });
    }
    const { head, tail } = parsed.data;
    this.#tail = tail;
    for (let key = head; key < tail; key += 1) this.#live.add(key);
  }

  #read(key: number, bytes: Uint8Array): Found {
    try {
      return { key, item: decodeItem(this.#signal, bytes) };
    } catch (error) {
      const unreadable = error instanceof Error ? error : new Error(String(error));
      return { key, unreadable };
    }
  }

  async #change(sets: readonly StorageOperation[], done: readonly number[]): Promise<void> {
    const again = [...this.#undeleted].slice(0, DELETED_AGAIN_MAX);
    const deleted = new Set([...done, ...again]);
    const [head = this.#tail] = this.#live;
    const bounds = { format: 1, head, tail: this.#tail };
    await this.#client.batch([
      ...sets,
      ...[...deleted].map((key): StorageOperation => ({ type: 'delete', key: String(key) })),
      { type: 'set', key: BOUNDS_KEY, value: Buffer.from(JSON.stringify(bounds)) },
    ]);
    for (const key of deleted) {
      this.#undeleted.delete(key);
      this.#live.delete(key);
    }
  }
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString('utf8'));
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
