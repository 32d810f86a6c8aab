import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import {
  type FileDiscoveryConfig,
  type TargetGroup,
  targetGroup,
} from '../config/discovery-config.ts';
import { FILE_CHECK_MS, TARGET_FILES_MAX, TARGET_LIST_BYTES_MAX } from '../limits.ts';
import type { Discovery, ProblemListener } from './discovery.ts';
import { Poller } from './poller.ts';

const groupList = z.array(targetGroup);

interface Known {
  readonly version: string;
  readonly groups: readonly TargetGroup[];
}

/** Lists of targets in files, JSON or YAML, looked at every few seconds. */
export class FileDiscovery implements Discovery {
  readonly #config: FileDiscoveryConfig;
  readonly #onProblem: ProblemListener;
  readonly #poller: Poller;
  readonly #files = new Map<string, Known>();
  #update: (groups: readonly TargetGroup[]) => void = () => undefined;
  #lastProblem = '';
  #isFirst = true;

  constructor(config: FileDiscoveryConfig, onProblem: ProblemListener) {
    this.#config = config;
    this.#onProblem = onProblem;
    const intervalMs = Math.min(config.refreshMs, FILE_CHECK_MS);
    this.#poller = new Poller(intervalMs, () => this.#look());
  }

  start(update: (groups: readonly TargetGroup[]) => void): void {
    this.#update = update;
    this.#poller.start();
  }

  stop(): Promise<void> {
    return this.#poller.stop();
  }

  async #look(): Promise<void> {
    const paths = await this.#paths();
    let changed = this.#isFirst;
    this.#isFirst = false;
    for (const path of this.#files.keys()) {
      if (paths.includes(path)) continue;
      this.#files.delete(path);
      changed = true;
    }
    for (const path of paths) {
      if (await this.#readIfNew(path)) changed = true;
    }
    if (changed) this.#update([...this.#files.values()].flatMap(({ groups }) => groups));
  }

  async #paths(): Promise<readonly string[]> {
    const paths: string[] = [];
    for (const pattern of this.#config.files) {
      if (!pattern.includes('*')) {
        paths.push(pattern);
        continue;
      }
      const fits = globPattern(basename(pattern));
      const folder = dirname(pattern);
      try {
        const names = (await readdir(folder)).filter((name) => fits.test(name)).sort();
        paths.push(...names.map((name) => join(folder, name)));
      } catch (error) {
        this.#problem(pattern, error);
      }
    }
    return paths.slice(0, TARGET_FILES_MAX);
  }

  /** What was read before stays where the file cannot be read. */
  async #readIfNew(path: string): Promise<boolean> {
    try {
      const { mtimeMs, size, ino } = await stat(path);
      const version = `${mtimeMs} ${size} ${ino}`;
      if (this.#files.get(path)?.version === version) return false;
      if (size > TARGET_LIST_BYTES_MAX) {
        throw new Error(`larger than ${TARGET_LIST_BYTES_MAX} bytes`);
      }
      // JSON is YAML, too.
      const parsed: unknown = parse(await readFile(path, 'utf8'));
      const groups = groupList.parse(parsed ?? []);
      const meta = { __meta_filepath: path };
      const named = groups.map(({ targets, labels }) => ({
        targets,
        labels: { ...labels, ...meta },
      }));
      this.#files.set(path, { version, groups: named });
      this.#lastProblem = '';
      return true;
    } catch (error) {
      this.#problem(path, error);
      return false;
    }
  }

  #problem(where: string, error: unknown): void {
    const reason = error instanceof z.ZodError ? z.prettifyError(error) : String(error);
    if (`${where} ${reason}` === this.#lastProblem) return;
    this.#lastProblem = `${where} ${reason}`;
    this.#onProblem(where, reason);
  }
}

/** Names with one `*`, as the configuration allows. */
function globPattern(name: string): RegExp {
  const escaped = name.replace(/[.+^${}()|[\]\\?]/g, '\\$&').replaceAll('*', '.*');
  return new RegExp(`^${escaped}$`, 's');
}
