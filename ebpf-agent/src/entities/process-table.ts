import { basename } from 'node:path';
import { ENDED_PROCESS_KEPT_MS, PROCESS_READS_PER_TURN, PROCESSES_MAX } from '../limits.ts';
import { type CgroupPlace, cgroupPlace } from './cgroup-place.ts';
import { type OtelEnvironment, otelEnvironment } from './otel-environment.ts';
import { isSonde } from './own-processes.ts';
import { type ProcFiles, parseStat, zeroParts } from './proc-files.ts';
import { type Command, serviceNameOf } from './service-name.ts';
import type { Workload, WorkloadTable } from './workload.ts';

interface KnownProcess {
  readonly parent: number;
  readonly command: Command;
  readonly environment: OtelEnvironment;
  readonly place: CgroupPlace;
  readonly isOwn: boolean;
  readonly workload: Workload;
  endedMs: number | undefined;
}

export interface ProcessTableOptions {
  readonly files: ProcFiles;
  readonly workloads: WorkloadTable;
  /** A process of the observer was found: the programs leave it out from then on. */
  readonly onOwn: (pid: number) => void;
}

/** A process that just started another program. */
export interface ExecutedProgram {
  readonly pid: number;
  readonly parent: number;
  readonly file: string;
  readonly command: readonly string[];
  readonly name: string;
}

/**
 * Every process of the host and the service it belongs to: those that were there first from /proc,
 * then each as it starts and ends. What a process did not live long enough to tell is its parent's:
 * an environment is inherited.
 */
export class ProcessTable {
  readonly #options: ProcessTableOptions;
  readonly #byPid = new Map<number, KnownProcess>();
  readonly #ended: { readonly pid: number; readonly process: KnownProcess }[] = [];
  #readsLeft = PROCESS_READS_PER_TURN;
  #evicted = 0;

  constructor(options: ProcessTableOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#byPid.size;
  }

  /** Processes that were forgotten before they ended. */
  get evicted(): number {
    return this.#evicted;
  }

  /** Reads all of /proc; kernel threads are no processes. Some 100 us a process. */
  scan(): void {
    const { files } = this.#options;
    for (const pid of files.pids()) {
      if (this.#byPid.has(pid)) continue;
      this.#readsLeft = 1;
      const process = this.#read(pid);
      if (process !== undefined) this.#add(pid, process);
    }
  }

  /** Of a process that is not known (its start was lost) what /proc says now; undefined when it is gone. */
  workloadOf(pid: number): Workload | undefined {
    const known = this.#byPid.get(pid);
    if (known !== undefined) return known.workload;
    const process = pid > 0 ? this.#read(pid) : undefined;
    if (process !== undefined) this.#add(pid, process);
    return process?.workload;
  }

  forked(pid: number, parent: number): void {
    const known = this.#byPid.get(parent) ?? this.#read(parent);
    if (known !== undefined) this.#add(pid, { ...known, parent, endedMs: undefined });
  }

  executed({ pid, parent, file, command, name }: ExecutedProgram): void {
    const { files } = this.#options;
    const before = this.#byPid.get(pid) ?? this.#byPid.get(parent);
    const mayRead = this.#readsLeft-- > 0;
    const variables = mayRead ? zeroParts(files.text(pid, 'environ')) : [];
    const environment =
      variables.length > 0 || before === undefined
        ? otelEnvironment(variables)
        : before.environment;
    const groups = mayRead ? files.text(pid, 'cgroup') : '';
    const place = groups === '' && before !== undefined ? before.place : cgroupPlace(groups);
    const directory = mayRead ? files.link(pid, 'cwd') : '';
    const executable = (mayRead && files.link(pid, 'exe')) || file;
    const full = { file: executable, command, directory, name };
    this.#remove(pid);
    this.#add(pid, this.#know({ parent, command: full, environment, place }));
  }

  /** Its sockets may still close: it is remembered for a while. */
  exited(pid: number): void {
    const process = this.#byPid.get(pid);
    if (process === undefined || process.endedMs !== undefined) return;
    process.endedMs = performance.now();
    process.workload.processes--;
    process.workload.lastSeenMs = process.endedMs;
    this.#ended.push({ pid, process });
  }

  /** Between two turns: forgets who ended a while ago, and lets new ones be read again. */
  endTurn(): void {
    this.#readsLeft = PROCESS_READS_PER_TURN;
    const before = performance.now() - ENDED_PROCESS_KEPT_MS;
    while (this.#ended.length > 0) {
      const [oldest] = this.#ended;
      if (oldest === undefined || (oldest.process.endedMs ?? 0) > before) return;
      this.#ended.shift();
      // Another process may have the number by now.
      if (this.#byPid.get(oldest.pid) === oldest.process) this.#byPid.delete(oldest.pid);
    }
  }

  #add(pid: number, process: KnownProcess): void {
    this.#remove(pid);
    if (this.#byPid.size >= PROCESSES_MAX) this.#evictOne();
    this.#byPid.set(pid, process);
    process.workload.processes++;
    if (process.isOwn) this.#options.onOwn(pid);
  }

  #remove(pid: number): void {
    const known = this.#byPid.get(pid);
    if (known === undefined) return;
    if (known.endedMs === undefined) known.workload.processes--;
    this.#byPid.delete(pid);
  }

  #evictOne(): void {
    const pid = this.#ended.shift()?.pid ?? this.#byPid.keys().next().value;
    if (pid === undefined) return;
    this.#remove(pid);
    this.#evicted++;
  }

  #read(pid: number): KnownProcess | undefined {
    const { files } = this.#options;
    if (this.#readsLeft-- <= 0) return undefined;
    const stat = files.text(pid, 'stat');
    const command = zeroParts(files.text(pid, 'cmdline'));
    if (stat === '' || command.length === 0) return undefined;
    const { parent, name } = parseStat(stat);
    const file = files.link(pid, 'exe');
    const environment = otelEnvironment(zeroParts(files.text(pid, 'environ')));
    const place = cgroupPlace(files.text(pid, 'cgroup'));
    const directory = files.link(pid, 'cwd');
    return this.#know({ parent, command: { file, command, directory, name }, environment, place });
  }

  #know(found: Pick<KnownProcess, 'parent' | 'command' | 'environment' | 'place'>): KnownProcess {
    const { command, environment, place, parent } = found;
    const isOwn = isSonde(command.command) || this.#byPid.get(parent)?.isOwn === true;
    const workload = this.#options.workloads.of({
      name: environment.serviceName ?? place.unit ?? serviceNameOf(command),
      executable: basename(command.file) || command.name,
      containerId: place.containerId,
      unit: place.unit,
      attributes: environment.attributes,
      isOwn,
    });
    return { ...found, isOwn, workload, endedMs: undefined };
  }
}
