import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { refusalOf } from './kernel-error.ts';
import { type NativeAddon, type NativeObject, prebuildsFolder } from './native-addon.ts';

/** Maps that all objects share: the first one that loads makes them. */
const SHARED_MAPS = ['ring', 'counters', 'own_processes'];

/** The verifier gives up when a signal comes (a profiler's timer): it is asked again. */
const INTERRUPTED = '(EAGAIN)';
const ATTEMPTS_MAX = 20;

/** A part of the agent that loads, and fails, alone. */
export interface ProgramGroup {
  readonly name: string;
  /** The file in `prebuilds/bpf/`, without `.bpf.o`. */
  readonly object: string;
  readonly programs: readonly string[];
}

export const PROCESSES: ProgramGroup = {
  name: 'processes',
  object: 'process',
  programs: ['forked', 'executed', 'exited'],
};

export const TRAFFIC: ProgramGroup = {
  name: 'traffic',
  object: 'traffic',
  programs: ['sent', 'received', 'state_changed'],
};

/**
 * Loaded with the traffic, asked for by interval: what open connections did, and queues of sockets that
 * listen. By the files of processes: kernels that are locked down have no iterators over maps.
 */
export const OPEN_SOCKETS: ProgramGroup = {
  name: 'open sockets',
  object: 'traffic',
  programs: ['report_sockets'],
};

/** Loaded with the traffic: connections that end at once. */
export const RESETS: ProgramGroup = {
  name: 'resets',
  object: 'traffic',
  programs: ['reset_sent', 'reset_received'],
};

/** What all threads have used, asked for by interval. */
export const USAGE: ProgramGroup = {
  name: 'usage',
  object: 'usage',
  programs: ['report_tasks'],
};

export const OUT_OF_MEMORY: ProgramGroup = {
  name: 'out of memory',
  object: 'memory',
  programs: ['out_of_memory'],
};

export const DISKS: ProgramGroup = {
  name: 'disks',
  object: 'disk',
  programs: ['disk_started', 'disk_done'],
};

/** Loaded with the traffic where the kernel has them; attached to what encrypts, as it is found. */
export const SECURE: ProgramGroup = {
  name: 'TLS',
  object: 'traffic',
  programs: ['secure_call'],
};

export function readObject(name: string): Buffer {
  return readFileSync(join(prebuildsFolder(), 'bpf', `${name}.bpf.o`));
}

/** A place in a file, and what its program is told. */
export interface CodePoint {
  readonly offset: number;
  readonly call: number;
}

export interface ProgramsOptions {
  readonly addon: NativeAddon;
  readonly ringBytes: number;
}

/**
 * What is in the kernel. Everything is gone when the process ends, however it ends: nothing is
 * pinned.
 */
export class Programs {
  readonly #options: ProgramsOptions;
  readonly #objects = new Map<string, NativeObject>();
  readonly #maps = new Map<string, number>();
  readonly #refusals = new Map<string, string>();
  #sockets: number | undefined;
  #tasks: number | undefined;
  #diskWaits: number | undefined;

  constructor(options: ProgramsOptions) {
    this.#options = options;
  }

  /** Why a group is not running, by its name; the others are. */
  get refusals(): ReadonlyMap<string, string> {
    return this.#refusals;
  }

  /** Loads what the kernel takes. Throws when not even the ring can be made. */
  load(): void {
    this.#loadGroup(PROCESSES, []);
    this.#loadGroup(TRAFFIC, [OPEN_SOCKETS, SECURE, RESETS]);
    for (const group of [USAGE, OUT_OF_MEMORY, DISKS]) this.#loadGroup(group, []);
    if (this.#maps.size === 0) {
      throw new Error([...this.#refusals].map(([name, why]) => `${name}: ${why}`).join('; '));
    }
  }

  /** Attaches what was loaded; records come from here on. */
  attach(): void {
    const { addon } = this.#options;
    for (const group of [PROCESSES, TRAFFIC, OUT_OF_MEMORY]) {
      this.#try(group, () => {
        const object = this.#objects.get(group.object);
        if (object === undefined) return;
        for (const program of group.programs) addon.attach(object, program);
      });
    }
    this.#attachHost();
    const traffic = this.#objects.get(TRAFFIC.object);
    if (traffic !== undefined) this.#attachBeside(traffic);
  }

  mapFd(name: string): number {
    const fd = this.#maps.get(name);
    if (fd === undefined) throw new Error(`the map ${name} is not loaded`);
    return fd;
  }

  /** Attaches `SECURE` to code of a file, in every process. Throws. */
  attachToCode(path: string, points: readonly CodePoint[]): number {
    const traffic = this.#objects.get(SECURE.object);
    if (traffic === undefined || this.#refusals.has(SECURE.name)) {
      throw new Error('the programs for TLS are not loaded');
    }
    const offsets = BigUint64Array.from(points, ({ offset }) => BigInt(offset));
    const calls = BigUint64Array.from(points, ({ call }) => BigInt(call));
    const bytes = [offsets, calls].map(({ buffer }) => new Uint8Array(buffer));
    const [at = new Uint8Array(), what = new Uint8Array()] = bytes;
    return this.#options.addon.attachUprobes(traffic, 'secure_call', path, at, what);
  }

  detach(link: number): void {
    const traffic = this.#objects.get(SECURE.object);
    if (traffic !== undefined) this.#options.addon.detach(traffic, link);
  }

  /** Has open connections report what they did since they last did, and listening sockets. */
  reportConnections(): void {
    if (this.#sockets !== undefined) this.#options.addon.runIterator(this.#sockets);
  }

  /** Has every thread say what it has used; false where that is off. */
  reportUsage(): boolean {
    if (this.#tasks === undefined) return false;
    this.#options.addon.runIterator(this.#tasks);
    return true;
  }

  /** The map `disk_waits`; undefined where disks are not watched. */
  get diskWaits(): number | undefined {
    return this.#diskWaits;
  }

  close(): void {
    for (const object of this.#objects.values()) this.#options.addon.close(object);
    this.#objects.clear();
    this.#maps.clear();
    this.#sockets = undefined;
    this.#tasks = undefined;
    this.#diskWaits = undefined;
  }

  /** What is loaded with the traffic, and goes without where it is refused. */
  #attachBeside(traffic: NativeObject): void {
    const { addon } = this.#options;
    this.#tryBeside(OPEN_SOCKETS, () => {
      this.#sockets = addon.attachIterator(traffic, 'report_sockets');
      // Who listens already is known from here on.
      this.reportConnections();
    });
    this.#tryBeside(RESETS, () => {
      for (const program of RESETS.programs) addon.attach(traffic, program);
    });
  }

  #tryBeside(group: ProgramGroup, attach: () => void): void {
    if (!this.#refusals.has(group.name)) this.#try(group, attach);
  }

  #attachHost(): void {
    const { addon } = this.#options;
    this.#try(USAGE, () => {
      const usage = this.#objects.get(USAGE.object);
      if (usage === undefined) return;
      this.#tasks = addon.attachIterator(usage, 'report_tasks');
    });
    this.#try(DISKS, () => {
      const disk = this.#objects.get(DISKS.object);
      if (disk === undefined) return;
      for (const program of DISKS.programs) addon.attach(disk, program);
      this.#diskWaits = addon.mapFd(disk, 'disk_waits');
    });
  }

  /**
   * When an object does not load whole, it does without all that is `optional`, and then with each of
   * those that load with it.
   */
  #loadGroup(group: ProgramGroup, optional: readonly ProgramGroup[]): void {
    const failure = this.#tryLoad(group, []);
    if (failure === undefined) return;
    const left = new Map(optional.map((one) => [one, failure]));
    const without = (): readonly string[] => [...left.keys()].flatMap(({ programs }) => programs);
    if (left.size === 0 || this.#tryLoad(group, without()) !== undefined) {
      this.#refusals.set(group.name, failure);
      return;
    }
    for (const one of optional) {
      left.delete(one);
      const refusal = this.#tryLoad(group, without());
      if (refusal !== undefined) left.set(one, refusal);
    }
    for (const [one, refusal] of left) this.#refusals.set(one.name, refusal);
  }

  #tryLoad(group: ProgramGroup, without: readonly string[]): string | undefined {
    for (let attempt = 1; ; attempt++) {
      const failure = this.#tryLoadOnce(group, without);
      if (failure?.includes(INTERRUPTED) !== true || attempt === ATTEMPTS_MAX) return failure;
    }
  }

  #tryLoadOnce({ object: name }: ProgramGroup, without: readonly string[]): string | undefined {
    const { addon, ringBytes } = this.#options;
    const object = addon.open(readObject(name), name);
    try {
      for (const program of without) addon.setAutoload(object, program, false);
      if (this.#maps.size === 0) addon.setMapSize(object, 'ring', ringBytes);
      for (const [map, fd] of this.#maps) addon.reuseMap(object, map, fd);
      addon.load(object);
    } catch (error) {
      addon.close(object);
      return refusalOf(error);
    }
    const former = this.#objects.get(name);
    if (this.#maps.size === 0 || former !== undefined) {
      for (const map of SHARED_MAPS) this.#maps.set(map, addon.mapFd(object, map));
    }
    this.#objects.set(name, object);
    if (former !== undefined) addon.close(former);
    return undefined;
  }

  #try(group: ProgramGroup, attach: () => void): void {
    try {
      attach();
    } catch (error) {
      this.#refusals.set(group.name, refusalOf(error));
    }
  }
}
