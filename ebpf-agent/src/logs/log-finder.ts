import { join } from 'node:path';
import { outputKind, type UnseenLogs } from '../capabilities/coverage.ts';
import type { ContainerTable } from '../entities/containers/container-table.ts';
import type { KnownProcess } from '../entities/known-process.ts';
import type { ProcFiles } from '../entities/proc-files.ts';
import type { ProcessTable } from '../entities/process-table.ts';
import { SHELL_SERVICE } from '../entities/workload-identity.ts';
import { PROCESSES_LOOKED_INTO_PER_REPORT, RELOOK_MS } from '../limits.ts';
import { containerOutput } from './container-output.ts';
import { heldLogs } from './held-files.ts';
import type { LogKind, LogLinks, LogTarget } from './log-links.ts';

export interface LogFinderOptions {
  readonly files: ProcFiles;
  readonly rootPath: string;
  readonly processes: ProcessTable;
  readonly containers: ContainerTable;
  readonly links: LogLinks;
}

/** What people read on their screens, or have written somewhere, is no log. */
function isShell({ workload }: KnownProcess): boolean {
  return workload.identity.name === SHELL_SERVICE;
}

/** Where root alone decides what a name means. */
const TRUSTED = '/var/log/';

interface Found {
  readonly target: string;
  /** As the process calls it. */
  readonly name: string;
  readonly isOutput: boolean;
}

interface Looked {
  readonly output: UnseenLogs;
  readonly process: KnownProcess;
  readonly atMs: number;
  readonly held: readonly Found[];
}

/** Finds the logs of services: what their processes hold open, and what runtimes write of containers. */
export class LogFinder {
  readonly #options: LogFinderOptions;
  readonly #looked = new Map<number, Looked>();
  /** Files of this look, with whose they are. */
  readonly #claims = new Map<string, { process: KnownProcess; found: Found }>();
  /** Services whose logs were found. */
  readonly #seen = new WeakSet<KnownProcess['workload']>();

  constructor(options: LogFinderOptions) {
    this.#options = options;
  }

  /** Who is new first, the others in turn; `most` processes are looked into. */
  find(most: number = PROCESSES_LOOKED_INTO_PER_REPORT): void {
    const { processes, links } = this.#options;
    const nowMs = performance.now();
    let left = most;
    this.#claims.clear();
    for (const [pid, process] of processes.running()) {
      if (process.isOwn || process.isCommand) continue;
      if (isShell(process)) {
        process.workload.coverage.unseenLogs = 'none';
        continue;
      }
      const looked = this.#looked.get(pid);
      const isCurrent = looked?.process === process && nowMs - looked.atMs < RELOOK_MS;
      const isLooked = !isCurrent && left > 0;
      if (isLooked) left--;
      const found = isLooked ? this.#look(pid, process, nowMs) : looked;
      if (found !== undefined) this.#wantAll(process, found);
    }
    for (const { process, found } of this.#claims.values()) this.#want('files', process, found);
    for (const pid of this.#looked.keys()) {
      if (!processes.isRunning(pid)) this.#looked.delete(pid);
    }
    links.expire();
  }

  #look(pid: number, process: KnownProcess, atMs: number): Looked {
    const { files, rootPath } = this.#options;
    const isContained = process.place.containerId !== undefined;
    // A path that others may change could lead anywhere by now: the open file itself is followed.
    const held = heldLogs(files, pid).map(({ path, fd, isOutput }) => ({
      target:
        isContained || !path.startsWith(TRUSTED)
          ? join('/proc', String(pid), 'fd', fd)
          : join(rootPath, path),
      name: path,
      isOutput,
    }));
    const looked = { process, atMs, held, output: outputKind(files.link(pid, 'fd/1')) };
    this.#looked.set(pid, looked);
    return looked;
  }

  /** One process whose log is found stands for its service. */
  #wantAll(process: KnownProcess, { held, output }: Looked): void {
    const printed = this.#output(process);
    for (const log of held) this.#claim(log, process);
    for (const target of printed) this.#want('containers', process, { target });
    const { coverage } = process.workload;
    if (held.length + printed.length > 0) {
      coverage.unseenLogs = undefined;
      this.#seen.add(process.workload);
    } else if (!this.#seen.has(process.workload)) coverage.unseenLogs = output;
  }

  /** Of those who hold a file whoever has it as its output, else the first. */
  #claim(found: Found, process: KnownProcess): void {
    const key = `${process.place.containerId ?? ''} ${found.name}`;
    const claim = this.#claims.get(key);
    if (claim === undefined || (found.isOutput && !claim.found.isOutput)) {
      this.#claims.set(key, { process, found });
    }
  }

  #output(process: KnownProcess): readonly string[] {
    const { containers, rootPath } = this.#options;
    const { containerId } = process.place;
    const info = containerId === undefined ? undefined : containers.of(containerId);
    return info === undefined ? [] : containerOutput(info, rootPath);
  }

  #want(kind: LogKind, { workload }: KnownProcess, target: LogTarget): void {
    this.#options.links.want(kind, workload.resource, target);
  }
}
