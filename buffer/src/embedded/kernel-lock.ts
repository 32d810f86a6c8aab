import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** `native/lock/lock-file.c`. */
interface LockAddon {
  /** A descriptor; -1 when somebody holds the file. */
  lock(path: string): number;
  unlock(descriptor: number): void;
}

const FILE: string = join('prebuilds', `${process.platform}-${process.arch}`, 'sonde-lock.node');

/**
 * Takes the kernel's lock (flock(2)) on the file at `path`: it counts in every container and goes
 * with its process. Returns what gives it back; `held` when somebody has it; `unknown` on a machine
 * that there is no addon for.
 */
export function lockKernelFile(path: string): (() => void) | 'held' | 'unknown' {
  const addon = loadAddon();
  if (addon === undefined) return 'unknown';
  const descriptor = addon.lock(path);
  return descriptor < 0 ? 'held' : () => addon.unlock(descriptor);
}

/** The package above this file, or `buffer/` beside a bundle. */
function loadAddon(): LockAddon | undefined {
  let folder = dirname(fileURLToPath(import.meta.url));
  for (;;) {
    const places = [join(folder, FILE), join(folder, 'buffer', FILE)];
    const path = places.find((place) => existsSync(place));
    if (path !== undefined) return open(path);
    const parent = dirname(folder);
    if (parent === folder) return undefined;
    folder = parent;
  }
}

function open(path: string): LockAddon {
  const module: { readonly exports: unknown } = { exports: {} };
  process.dlopen(module, path);
  const { exports: addon } = module;
  if (isAddon(addon)) return addon;
  throw new Error("the buffer's addon is of another release: node scripts/build-native.mjs buffer");
}

function isAddon(value: unknown): value is LockAddon {
  if (typeof value !== 'object' || value === null) return false;
  const members = new Map<string, unknown>(Object.entries(value));
  return ['lock', 'unlock'].every((name) => typeof members.get(name) === 'function');
}
