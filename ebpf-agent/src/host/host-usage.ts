import { hostname } from 'node:os';
import type { KeyValue } from '@sonde/proto';
import type { ProcFiles } from '../entities/proc-files.ts';
import type { ProcessTable } from '../entities/process-table.ts';
import { executableName } from '../entities/service-name.ts';
import type { Workload, WorkloadTable } from '../entities/workload.ts';
import { CGROUPS_PER_REPORT_MAX } from '../limits.ts';
import type { MetricDefinition } from '../metrics/definitions.ts';
import type { Series } from '../metrics/series.ts';
import { WorkloadMetrics } from '../metrics/workload-metrics.ts';
import type { RecordView } from '../records/record-view.ts';
import { attributesOf } from '../requests/attributes.ts';
import { CgroupFiles } from './cgroup-files.ts';
import { DISK_DURATION, OOM_KILLS } from './definitions.ts';
import type { DiskWaits, DiskWaitsReader } from './disk-waits.ts';
import { NetworkCounters } from './network-counters.ts';
import { UsageTable } from './usage-table.ts';

export interface HostUsageOptions {
  readonly files: ProcFiles;
  readonly rootPath: string;
  readonly processes: ProcessTable;
  readonly workloads: WorkloadTable;
}

/** What the services of the host use of it, and what is the host's own: nobody's service. */
export class HostUsage {
  readonly usage: UsageTable;
  /** Of the host's own numbers. */
  readonly resource: readonly KeyValue[] = attributesOf({
    'host.name': hostname(),
    'os.type': 'linux',
    'sonde.origin': 'ebpf',
  });
  readonly #options: HostUsageOptions;
  readonly #network: NetworkCounters;
  readonly #cgroups: CgroupFiles;
  /** Of the kernel itself: writing back what was written long before. */
  readonly #metrics = new WorkloadMetrics();

  constructor(options: HostUsageOptions) {
    this.#options = options;
    this.usage = new UsageTable(options.processes);
    this.#network = new NetworkCounters(options.files);
    this.#cgroups = new CgroupFiles(options.rootPath);
  }

  *points(): Generator<readonly [MetricDefinition, readonly Series[]]> {
    yield* this.#network.points();
    for (const [definition, series] of this.#metrics.entries()) {
      yield [definition, [...series.values()]];
    }
  }

  /** All threads have been told of: what is read from files and maps joins it. */
  collect(disks: DiskWaitsReader | undefined): void {
    const workloads = this.#options.workloads.all();
    this.usage.end(workloads);
    this.#network.read();
    this.#readLimits(workloads);
    for (const waits of disks?.read() ?? []) this.#countWaits(waits);
  }

  /** A process is killed for want of memory. */
  victim(record: RecordView): void {
    const process = this.#options.processes.of(record.tgid);
    if (process?.isOwn === true) return;
    const name = process === undefined ? record.victim : executableName(process.command);
    const metrics = process?.workload.metrics ?? this.#metrics;
    const attributes = (): readonly KeyValue[] => attributesOf({ 'process.executable.name': name });
    metrics.add(OOM_KILLS, { key: name, attributes }, 1);
  }

  #readLimits(workloads: readonly Workload[]): void {
    let left = CGROUPS_PER_REPORT_MAX;
    for (const workload of workloads) {
      if (workload.groups === undefined || workload.processes === 0) continue;
      if (left-- === 0) return;
      workload.limits.update(this.#cgroups.read(workload.groups));
    }
  }

  #countWaits({ pid, direction, seconds, slots }: DiskWaits): void {
    const process = this.#options.processes.of(pid);
    if (process?.isOwn === true) return;
    const metrics = process?.workload.metrics ?? this.#metrics;
    const series = metrics.series(DISK_DURATION, direction, () =>
      attributesOf({ 'disk.io.direction': direction }),
    );
    series.lastMs = performance.now();
    series.sum += seconds;
    slots.forEach((count, slot) => {
      series.count += count;
      series.buckets[slot] = (series.buckets[slot] ?? 0) + count;
    });
  }
}
