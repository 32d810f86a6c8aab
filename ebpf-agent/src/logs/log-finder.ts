import { join } from 'node:path';
import type { ContainerTable } from '../entities/containers/container-table.ts';
import type { KnownProcess } from '../entities/known-process.ts';
import type { ProcFiles } from '../entities/proc-files.ts';
import type { ProcessTable } from '../entities/process-table.ts';
import { PROCESSES_LOOKED_INTO_PER_REPORT, RELOOK_MS } from '../limits.ts';
import { containerOutput } from './container-output.ts';
import { heldLogs } from './held-files.ts';
import type { LogLinks } from './log-links.ts';

export interface LogFinderOptions {
  readonly files: ProcFiles;
  readonly rootPath: string;
  readonly processes: ProcessTable;
  readonly containers: ContainerTable;
  readonly links: LogLinks;
}

interface Looked {
  readonly process: KnownProcess;
  readonly atMs: number;
  readonly paths: readonly string[];
}

/** Finds the logs of services: what their processes hold open, and what runtimes write of containers. */
export class LogFinder {
  readonly #options: LogFinderOptions;
  readonly #looked = new Map<number, Looked>();

  constructor(options: LogFinderOptions) {
    this.#options = options;
  }

  /** Services whose logs are found. */
  readonly served: Set<KnownProcess['workload']> = new Set();

  /** Who is new first, the others in turn; `most` processes are looked into. */
  find(most: number = PROCESSES_LOOKED_INTO_PER_REPORT): void {
    const { processes, links } = this.#options;
    const nowMs = performance.now();
    let left = most;
    this.served.clear();
    for (const [pid, process] of processes.running()) {
      if (process.isOwn || process.isCommand) continue;
      const looked = this.#looked.get(pid);
      const isCurrent = looked?.process === process && nowMs - looked.atMs < RELOOK_MS;
      const isLooked = !isCurrent && left > 0;
      if (isLooked) left--;
      const paths = isLooked ? this.#look(pid, process, nowMs) : (looked?.paths ?? []);
      for (const path of paths) this.#want('files', process, path);
      this.#wantOutput(process);
    }
    for (const pid of this.#looked.keys()) {
      if (!processes.isRunning(pid)) this.#looked.delete(pid);
    }
    links.expire();
  }

  #look(pid: number, process: KnownProcess, atMs: number): readonly string[] {
    const { files, rootPath } = this.#options;
    const isContained = process.place.containerId !== undefined;
    const paths = heldLogs(files, pid).map((path) =>
      isContained ? join('/proc', String(pid), 'root', path) : join(rootPath, path),
    );
    this.#looked.set(pid, { process, atMs, paths });
    return paths;
  }

  #wantOutput(process: KnownProcess): void {
    const { containers, rootPath } = this.#options;
    const { containerId } = process.place;
    const info = containerId === undefined ? undefined : containers.of(containerId);
    if (info === undefined) return;
    for (const path of containerOutput(info, rootPath)) this.#want('containers', process, path);
  }

  #want(kind: 'files' | 'containers', { workload }: KnownProcess, path: string): void {
    this.#options.links.want(kind, workload.resource, path);
    this.served.add(workload);
  }
}
