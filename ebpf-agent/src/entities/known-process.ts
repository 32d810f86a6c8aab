import { type CgroupPlace, cgroupPlace } from './cgroup-place.ts';
import { OTEL_VARIABLE, type OtelEnvironment, otelEnvironment } from './otel-environment.ts';
import { type ProcFiles, parseStat, zeroParts } from './proc-files.ts';
import type { Command } from './service-name.ts';
import type { Workload } from './workload.ts';

/** What is found out about a process. */
export interface ProcessFacts {
  readonly parent: number;
  readonly command: Command;
  readonly environment: OtelEnvironment;
  readonly place: CgroupPlace;
  /** Of `performance.now()`; before this process it is negative. */
  readonly startedMs: number;
}

export interface KnownProcess extends ProcessFacts {
  command: Command;
  readonly isOwn: boolean;
  /** It counts as part of the service that started it. */
  isCommand: boolean;
  workload: Workload;
  endedMs: number | undefined;
}

/** Of a program that was just started: where its file lies, and where it was started. */
export function located(files: ProcFiles, pid: number, command: Command): Command {
  if (command.directory !== '') return command;
  const [executable, directory] = [files.link(pid, 'exe'), files.link(pid, 'cwd')];
  return { ...command, file: executable || command.file, directory };
}

interface Starting {
  readonly program: {
    readonly pid: number;
    readonly parent: number;
    readonly file: string;
    readonly command: readonly string[];
    readonly name: string;
  };
  /** Who started it. */
  readonly before: ProcessFacts | undefined;
  /** /proc may be looked at. */
  readonly mayRead: boolean;
}

/** Of a process that runs, from /proc alone; undefined when it is gone or a kernel thread. */
export function readProcess(
  files: ProcFiles,
  running: { readonly pid: number },
): ProcessFacts | undefined;
/** Of one that starts a program, from what exec told, and not `located`; what /proc cannot say any more is its parent's. */
export function readProcess(files: ProcFiles, starting: Starting): Omit<ProcessFacts, 'startedMs'>;
export function readProcess(
  files: ProcFiles,
  from: { readonly pid: number } | Starting,
): ProcessFacts | Omit<ProcessFacts, 'startedMs'> | undefined {
  return 'pid' in from ? readRunning(files, from.pid) : readStarting(files, from);
}

function readRunning(files: ProcFiles, pid: number): ProcessFacts | undefined {
  const stat = files.text(pid, 'stat');
  const command = zeroParts(files.text(pid, 'cmdline'));
  if (stat === '' || command.length === 0) return undefined;
  const { parent, name, startedSeconds } = parseStat(stat);
  const ageMs = (files.uptime() - startedSeconds) * 1_000;
  return {
    parent,
    command: { file: files.link(pid, 'exe'), command, directory: files.link(pid, 'cwd'), name },
    environment: otelEnvironment(files.parts(pid, 'environ', OTEL_VARIABLE) ?? []),
    place: cgroupPlace(files.text(pid, 'cgroup')),
    startedMs: performance.now() - ageMs,
  };
}

function readStarting(
  files: ProcFiles,
  { program, before, mayRead }: Starting,
): Omit<ProcessFacts, 'startedMs'> {
  const { pid, parent, file, command, name } = program;
  const variables = mayRead ? files.parts(pid, 'environ', OTEL_VARIABLE) : undefined;
  const groups = mayRead ? files.text(pid, 'cgroup') : '';
  return {
    parent,
    command: { file, command, directory: '', name },
    environment: environmentOf(variables, before),
    place: placeOf(groups, before),
  };
}

function environmentOf(
  variables: readonly string[] | undefined,
  before: ProcessFacts | undefined,
): OtelEnvironment {
  if (variables === undefined && before !== undefined) return before.environment;
  return otelEnvironment(variables ?? []);
}

/** That of who started it where it is the same: most processes run where their parent does. */
function placeOf(groups: string, before: ProcessFacts | undefined): CgroupPlace {
  const isSame = groups === '' || groups === before?.place.text;
  return isSame && before !== undefined ? before.place : cgroupPlace(groups);
}
