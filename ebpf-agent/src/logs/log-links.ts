import { createHash } from 'node:crypto';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { KeyValue } from '@sonde/proto';
import { LOG_LINK_KEPT_MS, LOG_LINKS_MAX } from '../limits.ts';

/** How a file is written: plain lines, or a container's output as its runtime frames it. */
export type LogKind = 'files' | 'containers';

export interface LogTarget {
  /** Where the link leads. */
  readonly target: string;
  /** What the file is called, where the target does not say. */
  readonly name?: string;
}

/** Attributes of a service that its logs have, too. */
const PAIRS_MAX = 12;
/** A name in a folder has 255 bytes at the most. */
const PAIR_BYTES_MAX = 200;
/** A folder with this file in it is the agent's. */
const MARKER = '.sonde-links';
const LEFT_OUT = ['sonde.origin', 'os.type'];

/**
 * A folder of links to the logs of services, whose paths say whose they are, for whoever follows files
 * (the receiver file_log with `include_path_resource`):
 *
 *   <folder>/files/service.name=cart/host.name=h1/cart-1f3a9c02.log -> /var/log/cart.log
 */
export class LogLinks {
  readonly #folder: string;
  /** When each was last wanted, by its path. */
  readonly #links = new Map<string, number>();
  #refused = 0;

  constructor(folder: string) {
    this.#folder = folder;
  }

  get size(): number {
    return this.#links.size;
  }

  /** Files that found no place, and links that could not be made. */
  get refused(): number {
    return this.#refused;
  }

  /**
   * Clears what an earlier run left. Throws when the folder cannot be made, and when there is something
   * in it that is not the agent's: nobody else's files are ever removed.
   */
  open(): void {
    const folder = this.#folder;
    const marker = join(folder, MARKER);
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    if (!existsSync(marker) && readdirSync(folder).length > 0) {
      throw new Error(`${folder} has something else in it: log_links wants a folder of its own`);
    }
    writeFileSync(marker, 'Links to logs, made and removed by the agent.\n');
    for (const kind of ['files', 'containers']) {
      rmSync(join(folder, kind), { recursive: true, force: true });
      mkdirSync(join(folder, kind));
    }
  }

  /** A service writes there; said again as long as it does. */
  want(kind: LogKind, resource: readonly KeyValue[], { target, name = target }: LogTarget): void {
    const path = join(this.#folder, kind, ...pairsOf(resource), nameOf(target, name));
    const isNew = !this.#links.has(path);
    if (isNew && (this.#links.size >= LOG_LINKS_MAX || !this.#link(path, target))) {
      this.#refused++;
      return;
    }
    this.#links.set(path, performance.now());
  }

  /** Removes what was not wanted for a while: what was written last has been read by then. */
  expire(nowMs: number = performance.now()): void {
    for (const [path, wantedMs] of this.#links) {
      if (nowMs - wantedMs < LOG_LINK_KEPT_MS) continue;
      this.#links.delete(path);
      rmSync(path, { force: true });
      this.#removeEmpty(dirname(path));
    }
  }

  #link(path: string, target: string): boolean {
    try {
      mkdirSync(dirname(path), { recursive: true });
      symlinkSync(target, path);
      return true;
    } catch {
      // Of a name that is too long, or no room: counted, and tried again when it is wanted again.
      return false;
    }
  }

  /** Folders up to those of the kinds. */
  #removeEmpty(folder: string): void {
    for (let at = folder; dirname(at).length > this.#folder.length; at = dirname(at)) {
      if (!lstatSync(at, { throwIfNoEntry: false }) || readdirSync(at).length > 0) return;
      rmSync(at, { recursive: true });
    }
  }
}

function pairsOf(resource: readonly KeyValue[]): readonly string[] {
  return resource
    .map(({ key, value }) => [key, value?.stringValue ?? ''] as const)
    .filter(([key, value]) => value !== '' && !LEFT_OUT.includes(key))
    .map(([key, value]) => `${key}=${encodeURIComponent(value)}`)
    .filter((pair) => Buffer.byteLength(pair) <= PAIR_BYTES_MAX)
    .sort((a, b) => Number(b.startsWith('service.')) - Number(a.startsWith('service.')))
    .slice(0, PAIRS_MAX);
}

/** Told apart from others of the same name by where it lies. */
function nameOf(target: string, name: string): string {
  const hash = createHash('sha256').update(target).digest('hex').slice(0, 8);
  return `${basename(name)
    .replace(/\.log$/, '')
    .slice(0, 100)}-${hash}.log`;
}
