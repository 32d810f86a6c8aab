import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** As `native/bodies.h` numbers them. */
export const DEFLATE_FORMATS: Readonly<Record<'gzip' | 'zlib', number>> = { gzip: 0, zlib: 1 };

/** libdeflate (`native/addon.c`). Bytes must neither change nor move until a promise settles. */
export interface DeflateAddon {
  /** Of the sources that it was built from. */
  readonly sourceHash: string;
  /** Packs on this thread, at a level of 0 to 9. The result is memory that V8 counts. */
  packHere(bytes: Uint8Array, format: number, level: number): Buffer;
  /** The same on a thread of libuv. */
  pack(bytes: Uint8Array, format: number, level: number): Promise<Buffer>;
  /**
   * Unpacks on this thread. False where `packed` is not one member of gzip that makes exactly
   * `room.length` bytes and is over at its end; the room then holds anything.
   */
  unpackHere(packed: Uint8Array, room: Uint8Array): boolean;
  /** The same on a thread of libuv. */
  unpack(packed: Uint8Array, room: Uint8Array): Promise<boolean>;
}

const FILE: string = join('prebuilds', `${process.platform}-${process.arch}`, 'sonde-deflate.node');
const FUNCTIONS = ['packHere', 'pack', 'unpackHere', 'unpack'];

let loaded: { readonly addon: DeflateAddon | undefined } | undefined;

/**
 * Loaded once a thread (some 0.3 ms); undefined where there is none for this machine or it cannot be
 * loaded: node:zlib does everything then.
 */
export function deflateAddon(): DeflateAddon | undefined {
  loaded ??= { addon: load() };
  return loaded.addon;
}

function load(): DeflateAddon | undefined {
  const path = findAddon();
  if (path === undefined) return undefined;
  const module: { readonly exports: unknown } = { exports: {} };
  try {
    process.dlopen(module, path);
  } catch {
    // Made for another C library: it is faster, not needed.
    return undefined;
  }
  const { exports: addon } = module;
  if (isAddon(addon)) return addon;
  throw new Error(
    "the pipeline's addon is of another release: node scripts/build-native.mjs pipeline",
  );
}

/** In the package above this file, or in `pipeline/` beside a bundle. */
function findAddon(): string | undefined {
  let folder = dirname(fileURLToPath(import.meta.url));
  for (;;) {
    const places = [join(folder, FILE), join(folder, 'pipeline', FILE)];
    const path = places.find((place) => existsSync(place));
    if (path !== undefined) return path;
    const parent = dirname(folder);
    if (parent === folder) return undefined;
    folder = parent;
  }
}

function isAddon(value: unknown): value is DeflateAddon {
  if (typeof value !== 'object' || value === null) return false;
  const members = new Map<string, unknown>(Object.entries(value));
  return FUNCTIONS.every((name) => typeof members.get(name) === 'function');
}
