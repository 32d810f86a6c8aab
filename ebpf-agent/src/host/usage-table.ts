import type { KnownProcess } from '../entities/known-process.ts';
import type { ProcessTable } from '../entities/process-table.ts';
import { executableName } from '../entities/service-name.ts';
import type { Workload } from '../entities/workload.ts';
import type { RecordView } from '../records/record-view.ts';
import { HOLDS_NOTHING, type ProcessHolding, USAGE_FIELDS } from './task-usage.ts';

/** One process from one round to the next. */
interface Followed {
  /** What it had used at the last round. */
  readonly before: Float64Array;
  /** What its threads have used, as far as this round has come. */
  readonly now: Float64Array;
  holding: ProcessHolding;
  round: number;
  workload: Workload | undefined;
  /** Its past is known: what it used before the observer came is not counted. */
  isCounted: boolean;
}

/**
 * Turns what every thread has used into what every service uses: by rounds, and of a process that
 * ends at its end, so that one which lived between two rounds is counted too.
 */
export class UsageTable {
  readonly #processes: ProcessTable;
  readonly #startedMs = performance.now();
  readonly #byPid = new Map<number, Followed>();
  readonly #delta = new Float64Array(USAGE_FIELDS);
  #round = 0;
  /** Something was told in this round. */
  #isTold = false;

  constructor(processes: ProcessTable) {
    this.#processes = processes;
  }

  begin(): void {
    this.#round++;
    this.#isTold = false;
  }

  /** A record of one thread. */
  take(record: RecordView): void {
    const { tgid } = record;
    this.#isTold = true;
    const followed = this.#follow(tgid);
    if (followed.round !== this.#round) {
      followed.round = this.#round;
      followed.now.fill(0);
    }
    record.addUsage(followed.now);
    if (record.isProcess) followed.holding = record.holding();
  }

  /** All threads have been told of: services get what their processes used since the last round. */
  end(workloads: readonly Workload[]): void {
    for (const { usage } of workloads) usage.begin(this.#isTold);
    for (const [pid, followed] of this.#byPid) {
      const process = this.#processes.of(pid);
      const isThere = followed.round === this.#round && process?.endedMs === undefined;
      if (!isThere || process === undefined) this.#forget(pid, followed);
      else if (!process.isOwn) this.#count(pid, followed, process);
    }
  }

  /** A record of an exit: the last that it used. */
  exited(record: RecordView): void {
    const { tgid } = record;
    const process = this.#processes.of(tgid);
    const followed = this.#follow(tgid);
    followed.now.fill(0);
    record.addUsage(followed.now);
    followed.holding = HOLDS_NOTHING;
    const { workload } = followed;
    this.#forget(tgid, followed);
    if (process === undefined || process.isOwn) return;
    this.#changeSince(followed, process);
    (workload ?? process.workload).usage.add(tgid, this.#delta);
  }

  #follow(pid: number): Followed {
    const known = this.#byPid.get(pid);
    if (known !== undefined) return known;
    const followed = {
      before: new Float64Array(USAGE_FIELDS),
      now: new Float64Array(USAGE_FIELDS),
      holding: HOLDS_NOTHING,
      round: 0,
      workload: undefined,
      isCounted: false,
    };
    this.#byPid.set(pid, followed);
    return followed;
  }

  #count(pid: number, followed: Followed, process: KnownProcess): void {
    const { workload, isCommand } = process;
    if (followed.workload !== workload) followed.workload?.usage.unlist(pid);
    followed.workload = workload;
    if (!isCommand) workload.usage.list(pid, executableName(process.command));
    this.#changeSince(followed, process);
    workload.usage.add(pid, this.#delta);
    workload.usage.hold(pid, followed.holding);
  }

  /** Into `#delta`; nothing of what was before the observer. */
  #changeSince(followed: Followed, { startedMs }: KnownProcess): void {
    const { before, now } = followed;
    if (!followed.isCounted && startedMs < this.#startedMs) before.set(now);
    followed.isCounted = true;
    for (let i = 0; i < USAGE_FIELDS; i++) {
      this.#delta[i] = Math.max(0, (now[i] ?? 0) - (before[i] ?? 0));
    }
    before.set(now);
  }

  #forget(pid: number, followed: Followed): void {
    followed.workload?.usage.unlist(pid);
    this.#byPid.delete(pid);
  }
}
