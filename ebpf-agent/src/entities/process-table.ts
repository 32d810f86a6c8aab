import {
  COMMAND_SETTLES_MS,
  ENDED_PROCESS_KEPT_MS,
  PROCESS_READS_PER_TURN,
  PROCESSES_MAX,
} from '../limits.ts';
import type { IdentityNaming } from './identity-naming.ts';
import { type KnownProcess, located, type ProcessFacts, readProcess } from './known-process.ts';
import { isSonde, isTool } from './own-processes.ts';
import type { ProcFiles } from './proc-files.ts';
import { executableName } from './service-name.ts';
import type { Workload, WorkloadTable } from './workload.ts';

export interface ProcessTableOptions {
  readonly files: ProcFiles;
  readonly workloads: WorkloadTable;
  readonly naming: IdentityNaming;
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
 *
 * A program that was just started is a command of the service that started it, until it serves
 * somebody, has run for `COMMAND_SETTLES_MS` and is no tool, or says itself who it is: `git` is no
 * service, and `grep` at the end of a pipeline none either.
 */
export class ProcessTable {
  readonly #options: ProcessTableOptions;
  readonly #byPid = new Map<number, KnownProcess>();
  readonly #commands = new Set<number>();
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

  /** Those that run, with their number. */
  *running(): Generator<readonly [number, KnownProcess]> {
    for (const entry of this.#byPid) if (entry[1].endedMs === undefined) yield entry;
  }

  isRunning(pid: number): boolean {
    const process = this.#byPid.get(pid);
    return process !== undefined && process.endedMs === undefined;
  }

  of(pid: number): KnownProcess | undefined {
    return this.#byPid.get(pid);
  }

  /** Reads all of /proc; kernel threads are no processes. Some 100 us a process. */
  scan(): void {
    const { files } = this.#options;
    for (const pid of files.pids()) {
      if (this.#byPid.has(pid)) continue;
      this.#readsLeft = 1;
      this.#find(pid);
    }
    this.#readsLeft = PROCESS_READS_PER_TURN;
  }

  /**
   * Of a process that is not known (its start was lost) what /proc says now; undefined when it is gone.
   * `serves`: somebody is connected to it.
   */
  workloadOf(pid: number, serves = false): Workload | undefined {
    const known = this.#byPid.get(pid) ?? (pid > 0 ? this.#find(pid) : undefined);
    if (serves && known?.isCommand === true) this.#settle(pid, known);
    return known?.workload;
  }

  forked(pid: number, parent: number): void {
    const known = this.#byPid.get(parent) ?? this.#find(parent);
    if (known === undefined) return;
    this.#add(pid, { ...known, parent, startedMs: performance.now(), endedMs: undefined });
  }

  executed(program: ExecutedProgram): void {
    const { pid, parent } = program;
    const before = this.#byPid.get(pid) ?? this.#byPid.get(parent);
    const mayRead = this.#readsLeft-- > 0;
    const facts = readProcess(this.#options.files, { program, before, mayRead });
    this.#remove(pid);
    this.#know(pid, { ...facts, startedMs: performance.now() }, before);
  }

  /** Its sockets may still close: it is remembered for a while. */
  exited(pid: number): void {
    const process = this.#byPid.get(pid);
    if (process === undefined || process.endedMs !== undefined) return;
    process.endedMs = performance.now();
    process.workload.processes--;
    process.workload.lastSeenMs = process.endedMs;
    this.#commands.delete(pid);
    this.#ended.push({ pid, process });
  }

  /** Commands that run for so long that they are services. */
  settle(nowMs: number = performance.now()): void {
    for (const pid of this.#commands) {
      const process = this.#byPid.get(pid);
      if (process === undefined) this.#commands.delete(pid);
      else if (settles(process, nowMs)) this.#settle(pid, process);
    }
  }

  /** More is known of containers or pods: who runs in one of them is looked at anew. */
  identifyAgain(isConcerned: (process: KnownProcess) => boolean): void {
    for (const [pid, process] of this.running()) {
      if (!process.isCommand && isConcerned(process)) this.#settle(pid, process);
    }
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
    if (process.isCommand) this.#commands.add(pid);
    process.workload.processes++;
    if (process.isOwn) this.#options.onOwn(pid);
  }

  #remove(pid: number): void {
    const known = this.#byPid.get(pid);
    if (known === undefined) return;
    if (known.endedMs === undefined) known.workload.processes--;
    this.#byPid.delete(pid);
    this.#commands.delete(pid);
  }

  #evictOne(): void {
    const pid = this.#ended.shift()?.pid ?? this.#byPid.keys().next().value;
    if (pid === undefined) return;
    this.#remove(pid);
    this.#evicted++;
  }

  #find(pid: number): KnownProcess | undefined {
    if (this.#readsLeft-- <= 0) return undefined;
    const facts = readProcess(this.#options.files, { pid });
    if (facts === undefined) return undefined;
    const isYoung = performance.now() - facts.startedMs < COMMAND_SETTLES_MS;
    const isCommand = isYoung || isTool(executableName(facts.command));
    return this.#know(pid, facts, isCommand ? this.#byPid.get(facts.parent) : undefined);
  }

  /** `before`: who started it. */
  #know(pid: number, facts: ProcessFacts, before: KnownProcess | undefined): KnownProcess {
    const isOwn = isSonde(facts.command.command) || this.#byPid.get(facts.parent)?.isOwn === true;
    const isCommand = before !== undefined && isOwn === before.isOwn && isLike(facts, before);
    const { files } = this.#options;
    const command = isCommand ? facts.command : located(files, pid, facts.command);
    const found = { ...facts, command };
    const workload = isCommand ? before.workload : this.#identify(pid, found, isOwn);
    const process = { ...found, isOwn, isCommand, workload, endedMs: undefined };
    this.#add(pid, process);
    return process;
  }

  #settle(pid: number, process: KnownProcess): void {
    const { workload: before } = process;
    process.command = located(this.#options.files, pid, process.command);
    const workload = this.#identify(pid, process, process.isOwn);
    process.isCommand = false;
    this.#commands.delete(pid);
    if (workload === before) return;
    move(process, workload);
    // What it started meanwhile is its own.
    for (const child of this.#commands) {
      const command = this.#byPid.get(child);
      if (command?.parent === pid && command.workload === before) move(command, workload);
    }
  }

  #identify(pid: number, facts: ProcessFacts, isOwn: boolean): Workload {
    const { workloads, naming } = this.#options;
    const workload = workloads.of(naming.identify(pid, facts, isOwn));
    const { containerId, unit, groups } = facts.place;
    if (containerId !== undefined || unit !== undefined) workload.groups = groups;
    return workload;
  }
}

/** Where it runs, and what it is told to be, are the same. */
function isLike(facts: ProcessFacts, before: KnownProcess): boolean {
  return (
    facts.place.containerId === before.place.containerId &&
    facts.place.unit === before.place.unit &&
    facts.environment.serviceName === before.environment.serviceName
  );
}

function settles({ startedMs, command }: KnownProcess, nowMs: number): boolean {
  return nowMs - startedMs >= COMMAND_SETTLES_MS && !isTool(executableName(command));
}

function move(process: KnownProcess, workload: Workload): void {
  if (process.endedMs === undefined) {
    process.workload.processes--;
    workload.processes++;
  }
  process.workload.lastSeenMs = performance.now();
  process.workload = workload;
}
