import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Opaque; only the addon looks inside. */
export type NativeObject = object;
export type NativeRing = object;

/**
 * `native/addon.c`. Every call is synchronous and may throw: an `Error` whose `code` is the name of
 * the kernel's error (`EPERM`) and whose `log` is what libbpf and the verifier said.
 */
export interface NativeAddon {
  /** SHA-256 of the C sources the addon was built from. */
  readonly sourceHash: string;
  /** Parses a BPF object; nothing is in the kernel before `load`. */
  open(object: Uint8Array, name: string): NativeObject;
  setAutoload(object: NativeObject, program: string, wanted: boolean): void;
  reuseMap(object: NativeObject, map: string, fd: number): void;
  setMapSize(object: NativeObject, map: string, entries: number): void;
  setConstants(object: NativeObject, bytes: Uint8Array): void;
  load(object: NativeObject): void;
  attach(object: NativeObject, program: string): number;
  /** In every process that runs that file: 64-bit offsets, and as many numbers for the program. */
  attachUprobes(
    object: NativeObject,
    program: string,
    path: string,
    offsets: Uint8Array,
    cookies: Uint8Array,
  ): number;
  /** What was attached under that number; of uprobes a tenth of a second. */
  detach(object: NativeObject, link: number): void;
  attachPerfEvent(object: NativeObject, program: string, cpu: number, frequency: number): number;
  attachIterator(object: NativeObject, program: string): number;
  runIterator(iterator: number): void;
  /** Valid until the object is closed. */
  mapFd(object: NativeObject, map: string): number;
  close(object: NativeObject): void;
  cpuCount(): number;
  lookup(fd: number, key: Uint8Array, value: Uint8Array): boolean;
  update(fd: number, key: Uint8Array, value: Uint8Array): void;
  remove(fd: number, key: Uint8Array): boolean;
  nextKey(fd: number, key: Uint8Array | null, next: Uint8Array): boolean;
  /** `onWoken`: a program woke the reader; once, until `heedRing`. */
  openRing(fd: number, onWoken: () => void): NativeRing;
  /** The next wake-up is told of; one that came since the last is taken as told. */
  heedRing(ring: NativeRing): void;
  /** Fills the buffer with whole records; the bytes filled. */
  drain(ring: NativeRing, buffer: Uint8Array): number;
  /** Bytes written and not drained yet. */
  ringLag(ring: NativeRing): number;
  closeRing(ring: NativeRing): void;
  /** Gives back to the system what the C library keeps; a third of a millisecond. */
  trimMemory(): void;
}

const FUNCTIONS = [
  'open',
  'setAutoload',
  'reuseMap',
  'setMapSize',
  'setConstants',
  'load',
  'attach',
  'attachUprobes',
  'detach',
  'attachPerfEvent',
  'attachIterator',
  'runIterator',
  'mapFd',
  'close',
  'cpuCount',
  'lookup',
  'update',
  'remove',
  'nextKey',
  'openRing',
  'heedRing',
  'drain',
  'ringLag',
  'closeRing',
  'trimMemory',
];

function isNativeAddon(value: unknown): value is NativeAddon {
  if (typeof value !== 'object' || value === null) return false;
  const members = new Map<string, unknown>(Object.entries(value));
  return FUNCTIONS.every((name) => typeof members.get(name) === 'function');
}

const require = createRequire(import.meta.url);

/** The package's `prebuilds/`, above this file, or in `ebpf-agent/` beside a bundle. */
export function prebuildsFolder(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  for (;;) {
    const found = [folder, join(folder, 'ebpf-agent')]
      .map((candidate) => join(candidate, 'prebuilds'))
      .find((candidate) => existsSync(join(candidate, 'bpf')));
    if (found !== undefined) return found;
    const parent = dirname(folder);
    if (parent === folder) throw new Error('the agent is installed without its prebuilds folder');
    folder = parent;
  }
}

let loaded: NativeAddon | undefined;

/** Loads the addon once in this process (a few milliseconds). Throws where there is none. */
export function loadNativeAddon(): NativeAddon {
  if (loaded !== undefined) return loaded;
  const host = `${process.platform}-${process.arch}`;
  const path = join(prebuildsFolder(), host, 'sonde-bpf.node');
  if (!existsSync(path)) throw new Error(`no native part for ${host}: linux-x64 is supported`);
  const addon: unknown = require(path);
  if (!isNativeAddon(addon)) throw new Error('the native part is of another release: rebuild it');
  loaded = addon;
  return addon;
}
