import type { UnreadTls } from './capabilities/covered-connections.ts';
import { IdentityNaming } from './entities/identity-naming.ts';
import type { KnownProcess } from './entities/known-process.ts';
import type { KubernetesConfig } from './entities/kubernetes/pod-table.ts';
import { ProcFiles } from './entities/proc-files.ts';
import { ProcessTable } from './entities/process-table.ts';
import { executableName } from './entities/service-name.ts';
import { WorkloadTable } from './entities/workload.ts';
import { DiskWaitsReader } from './host/disk-waits.ts';
import { HostUsage } from './host/host-usage.ts';
import { type CounterName, readCounters } from './kernel/counters.ts';
import type { NativeAddon } from './kernel/native-addon.ts';
import { Programs, SECURE } from './kernel/programs.ts';
import { RingPoller } from './kernel/ring-poller.ts';
import { PROCESSES_MAX } from './limits.ts';
import { LogFinder } from './logs/log-finder.ts';
import { LogLinks } from './logs/log-links.ts';
import { COMMANDS, PROCESS_EXITS } from './metrics/definitions.ts';
import { Kind } from './records/layout.ts';
import { RecordView } from './records/record-view.ts';
import { attributesOf } from './requests/attributes.ts';
import type { ConnectionTable } from './requests/connection.ts';
import type { Exchange } from './requests/exchange.ts';
import type { PlainExchange, PlainListener } from './requests/plain-exchanges.ts';
import { Traffic } from './requests/traffic.ts';
import { SecureProbes } from './secure/secure-probes.ts';

export interface ObserverOptions {
  readonly addon: NativeAddon;
  readonly ringBytes: number;
  /** Where the host's root is mounted. */
  readonly rootPath: string;
  readonly kubernetes: KubernetesConfig;
  /** A folder for links to logs; '' makes none. */
  readonly logLinks: string;
  /** Something beside the programs does not work; said once for each reason in a row. */
  readonly onFailure: (what: string, reason: string) => void;
  /** Where connections are kept: whoever makes spans asks it whom they called. */
  readonly connections: ConnectionTable;
  /** See `TrafficOptions`; `offsetNs` as below. */
  readonly plain?: PlainSpans;
  /** `offsetNs`: from CLOCK_MONOTONIC to the epoch. */
  readonly onExchange: (exchange: Exchange, offsetNs: bigint) => void;
}

export interface PlainSpans {
  readonly spanOf: PlainListener['spanOf'];
  readonly take: (exchange: PlainExchange, offsetNs: bigint) => boolean;
}

const SIGNAL_MASK = 0x7f;

/**
 * From the ring to the numbers of services:
 *
 *   programs -> ring -> poller -> record view --+-> process table -> workloads
 *                                               +-> traffic -> metrics of workloads, exchanges
 */
export class Observer {
  readonly workloads: WorkloadTable = new WorkloadTable();
  readonly naming: IdentityNaming;
  readonly processes: ProcessTable;
  readonly traffic: Traffic;
  readonly host: HostUsage;
  readonly logs: LogFinder | undefined;
  readonly secure: SecureProbes;
  readonly #options: ObserverOptions;
  readonly #programs: Programs;
  readonly #record = new RecordView();
  #disks: DiskWaitsReader | undefined;
  #poller: RingPoller | undefined;
  #offsetNs = 0n;
  /** Of the last records there were, once it is closed. */
  #counters: Readonly<Record<CounterName, number>> | undefined;

  constructor(options: ObserverOptions) {
    this.#options = options;
    this.#programs = new Programs(options);
    const files = new ProcFiles();
    this.naming = new IdentityNaming({
      files,
      rootPath: options.rootPath,
      kubernetes: options.kubernetes,
      onLearned: (isConcerned) => this.processes.identifyAgain(isConcerned),
      onFailure: options.onFailure,
    });
    this.secure = new SecureProbes({
      files,
      attach: (path, points) => this.#programs.attachToCode(path, points),
      detach: (link) => this.#programs.detach(link),
    });
    this.processes = new ProcessTable({
      files,
      workloads: this.workloads,
      naming: this.naming,
      onOwn: (pid) => this.#markOwn(pid),
    });
    this.host = new HostUsage({
      files,
      rootPath: options.rootPath,
      processes: this.processes,
      workloads: this.workloads,
    });
    this.logs = options.logLinks === '' ? undefined : this.#logFinder(files, options);
    this.traffic = new Traffic({
      processes: this.processes,
      connections: options.connections,
      onSecure: (pid) => this.secure.speaksTls(pid),
      unreadTls: (pid) => this.#unreadTls(pid),
      ...this.#plainListener(options.plain),
      onExchange: (exchange) => options.onExchange(exchange, this.#offsetNs),
    });
  }

  /** Why parts of it are off, by their name. */
  get refusals(): ReadonlyMap<string, string> {
    return this.#programs.refusals;
  }

  /** Throws when nothing can be loaded. */
  start(): void {
    try {
      this.#programs.load();
      this.#markOwn(process.pid);
      this.processes.scan();
      this.#programs.attach();
      // Who started between the first look and now.
      this.processes.scan();
      if (!this.#programs.refusals.has(SECURE.name)) this.secure.start(new ProcFiles().pids());
    } catch (error) {
      this.#programs.close();
      throw error;
    }
    const { diskWaits } = this.#programs;
    if (diskWaits !== undefined) {
      this.#disks = new DiskWaitsReader(this.#options.addon, diskWaits, (pid) =>
        this.processes.isRunning(pid),
      );
    }
    this.#poller = new RingPoller({
      addon: this.#options.addon,
      ringFd: this.#programs.mapFd('ring'),
      onBatch: (batch, bytes) => this.#take(batch, bytes),
      onTurn: () => {
        this.processes.endTurn();
        this.secure.endTurn();
      },
    });
    this.logs?.find(PROCESSES_MAX);
    this.#poller.start();
    this.naming.start();
  }

  /** Reads what is in the ring now. */
  drain(): void {
    this.#poller?.drain();
  }

  /** Everything that is asked for rather than told: open connections, usage, limits. */
  collect(): void {
    this.processes.settle();
    this.#programs.reportConnections();
    this.drain();
    this.traffic.expire(Number(process.hrtime.bigint()));
    this.host.usage.begin();
    if (this.#programs.reportUsage()) this.drain();
    this.host.collect(this.#disks);
    this.logs?.find();
    // What came and went leaves holes behind, which the C library keeps: 20 MB after ten minutes.
    this.#options.addon.trimMemory();
  }

  takeLagBytesMax(): number {
    return this.#poller?.takeLagBytesMax() ?? 0;
  }

  counters(): Readonly<Record<CounterName, number>> {
    return this.#counters ?? readCounters(this.#options.addon, this.#programs.mapFd('counters'));
  }

  close(): void {
    this.#counters = this.counters();
    this.naming.close();
    this.#poller?.close();
    this.#programs.close();
  }

  /** None where the folder cannot be had. */
  #logFinder(
    files: ProcFiles,
    { rootPath, logLinks, onFailure }: ObserverOptions,
  ): LogFinder | undefined {
    const links = new LogLinks(logLinks);
    try {
      links.open();
    } catch (error) {
      onFailure('logs', error instanceof Error ? error.message : String(error));
      return undefined;
    }
    const { processes, naming } = this;
    return new LogFinder({ files, rootPath, processes, links, containers: naming.containers });
  }

  #unreadTls(pid: number): UnreadTls {
    if (this.#programs.refusals.has(SECURE.name)) return 'tls_off';
    const command = this.processes.of(pid)?.command;
    const isJava = command !== undefined && executableName(command) === 'java';
    return isJava ? 'tls_java' : 'tls';
  }

  #plainListener(plain: PlainSpans | undefined): { readonly plain?: PlainListener } {
    if (plain === undefined) return {};
    const take: PlainListener['take'] = (exchange) => plain.take(exchange, this.#offsetNs);
    return { plain: { spanOf: plain.spanOf, take } };
  }

  #markOwn(pid: number): void {
    const key = Buffer.alloc(4);
    key.writeUInt32LE(pid);
    this.#options.addon.update(this.#programs.mapFd('own_processes'), key, Buffer.of(1));
  }

  #take(batch: Buffer, bytes: number): void {
    this.#offsetNs = BigInt(Date.now()) * 1_000_000n - process.hrtime.bigint();
    this.traffic.begin();
    const record = this.#record;
    record.open(batch, bytes);
    while (record.next()) {
      if (Traffic.takes(record.kind)) this.traffic.take(record);
      else if (record.kind === Kind.usage) this.host.usage.take(record);
      else this.#takeProcess(record);
    }
  }

  #takeProcess(record: RecordView): void {
    const { kind, tgid: pid, parent } = record;
    if (kind === Kind.fork) {
      this.processes.forked(pid, parent);
      this.secure.forked(pid, parent);
    } else if (kind === Kind.exec) {
      const { file, command, name } = record;
      this.processes.executed({ pid, parent, file, command, name });
      this.secure.executed(pid);
    } else if (kind === Kind.exit) {
      this.processes.workloadOf(pid);
      const process = this.processes.of(pid);
      if (process?.endedMs === undefined) countExit(process, record.exitCode);
      this.host.usage.exited(record);
      this.processes.exited(pid);
      this.secure.exited(pid);
    } else if (kind === Kind.victim) {
      this.host.victim(record);
    }
  }
}

/** An exit code, or the signal that ended it; of a command with what it was. */
function countExit(process: KnownProcess | undefined, exitCode: number): void {
  if (process === undefined || process.isOwn) return;
  const { workload, isCommand, command } = process;
  const signal = exitCode & SIGNAL_MASK;
  const code = exitCode >> 8;
  const how = signal ? { 'process.exit.signal': signal } : { 'process.exit.code': code };
  const name = isCommand ? executableName(command) : '';
  const attributes = isCommand ? { 'process.executable.name': name, ...how } : how;
  const key = `${name} ${code} ${signal}`;
  const metric = isCommand ? COMMANDS : PROCESS_EXITS;
  workload.metrics.add(metric, { key, attributes: () => attributesOf(attributes) }, 1);
}
