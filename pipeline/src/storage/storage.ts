import type { ComponentKind, Host } from '../component.ts';
import { SondeError } from '../errors.ts';

/** One step of a batch. */
export type StorageOperation =
  | { readonly type: 'get'; readonly key: string }
  | { readonly type: 'set'; readonly key: string; readonly value: Uint8Array }
  | { readonly type: 'delete'; readonly key: string };

/**
 * What a component keeps over restarts: values by key, of its own (the Collector's
 * `storage.Client`). Whoever asked for it closes it, before the extension shuts down.
 */
export interface StorageClient {
  /** Undefined where there is none. The bytes belong to the caller. */
  get(key: string): Promise<Uint8Array | undefined>;
  /**
   * Resolves when it is kept, as safely as the extension promises. The bytes must not change before.
   * Rejects with `SondeError` `OVERLOADED` when there is no room, `TOO_LARGE`, `UNAVAILABLE`.
   */
  set(key: string, value: Uint8Array): Promise<void>;
  /** Nothing happens where there is none. */
  delete(key: string): Promise<void>;
  /**
   * All of it or nothing, in order. Resolves with what each `get` found; undefined stands for the
   * other operations and for keys that are not there.
   */
  batch(operations: readonly StorageOperation[]): Promise<readonly (Uint8Array | undefined)[]>;
  close(): Promise<void>;
}

/** Whose client it is. */
export interface StorageOwner {
  readonly kind: ComponentKind;
  /** As written in YAML: `filelog`, `otlp/backend`. */
  readonly id: string;
  /** What tells several clients of one component apart; a signal, for the queues of exporters. */
  readonly name?: string;
}

/** A storage extension. */
export interface StorageExtension {
  /** Rejects when it cannot be opened, or is open already for that owner. */
  storageClient(owner: StorageOwner): Promise<StorageClient>;
}

/** The storage extension of that id. Throws `SondeError` when it is missing or is none. */
export function findStorage(host: Host, id: string): StorageExtension {
  const extension = host.extension(id);
  if (extension !== undefined && isStorage(extension)) return extension;
  const quoted = JSON.stringify(id);
  throw new SondeError(
    'INTERNAL',
    extension === undefined
      ? `storage client extension ${quoted} not found`
      : `requested extension ${quoted} is not a storage extension`,
  );
}

export function isStorage<T extends object>(extension: T): extension is T & StorageExtension {
  return 'storageClient' in extension && typeof extension.storageClient === 'function';
}
