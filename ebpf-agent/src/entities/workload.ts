import { hostname } from 'node:os';
import type { KeyValue } from '@sonde/proto';
import { WorkloadCoverage } from '../capabilities/coverage.ts';
import { WorkloadLimits } from '../host/workload-limits.ts';
import { WorkloadUsage } from '../host/workload-usage.ts';
import { SERIES_IDLE_MS, WORKLOADS_MAX } from '../limits.ts';
import { LISTEN_QUEUE_MAX, type MetricDefinition, PROCESSES } from '../metrics/definitions.ts';
import { newSeries, type Series } from '../metrics/series.ts';
import { WorkloadMetrics } from '../metrics/workload-metrics.ts';
import type { WorkloadIdentity } from './workload-identity.ts';

const OVERFLOW: WorkloadIdentity = {
  name: 'overflow',
  executable: '',
  platform: {},
  attributes: {},
  isOwn: false,
};

let nextNumber = 1;

/** A service on this host: processes that are the same thing. */
export class Workload {
  readonly identity: WorkloadIdentity;
  /** The attributes of its resource. */
  readonly resource: readonly KeyValue[];
  readonly metrics: WorkloadMetrics = new WorkloadMetrics();
  readonly usage: WorkloadUsage = new WorkloadUsage();
  readonly limits: WorkloadLimits = new WorkloadLimits();
  readonly coverage: WorkloadCoverage = new WorkloadCoverage();
  /** Control groups of a container or unit, by controller. */
  groups: ReadonlyMap<string, string> | undefined;
  processes = 0;
  lastSeenMs = 0;
  /** No other one of this process has it. */
  readonly number: number = nextNumber++;

  constructor(identity: WorkloadIdentity) {
    this.identity = identity;
    this.resource = resourceOf(identity);
  }

  /** All that is known of it, a metric after the other; of Sonde itself where it listens alone. */
  *points(
    nowMs: number = performance.now(),
  ): Generator<readonly [MetricDefinition, readonly Series[]]> {
    if (this.identity.isOwn) return yield* this.#listeners();
    const processes = newSeries([], 0);
    processes.sum = this.processes;
    yield [PROCESSES, [processes]];
    yield* this.usage.points(nowMs);
    yield* this.limits.points();
    const known = { processes: this.processes, metrics: this.usage.coverage };
    yield* this.coverage.points(known, nowMs);
    for (const [definition, series] of this.metrics.entries()) {
      yield [definition, [...series.values()]];
    }
  }

  /** By these a map knows who it is that others send to. */
  *#listeners(): Generator<readonly [MetricDefinition, readonly Series[]]> {
    for (const [definition, series] of this.metrics.entries()) {
      if (definition === LISTEN_QUEUE_MAX) yield [definition, [...series.values()]];
    }
  }
}

function resourceOf(identity: WorkloadIdentity): readonly KeyValue[] {
  const { name, executable, platform, attributes, isOwn } = identity;
  const all: Readonly<Record<string, string | undefined>> = {
    'host.name': hostname(),
    'os.type': 'linux',
    'process.executable.name': executable === '' ? undefined : executable,
    ...platform,
    ...attributes,
    'service.name': name,
    ...(isOwn ? { 'service.namespace': 'sonde' } : {}),
    'sonde.origin': 'ebpf',
  };
  return Object.entries(all).flatMap(([key, value]) =>
    value === undefined ? [] : [{ key, value: { stringValue: value } }],
  );
}

/** The services of the host by what they are. */
export class WorkloadTable {
  readonly #byKey = new Map<string, Workload>();
  readonly #overflow = new Workload(OVERFLOW);
  #overflowed = 0;

  get size(): number {
    return this.#byKey.size;
  }

  /** Processes that found no place since the start. */
  get overflowed(): number {
    return this.#overflowed;
  }

  /** Every service, and the one that stands for those beyond the limit once there are such. */
  all(): readonly Workload[] {
    const known = [...this.#byKey.values()];
    return this.#overflowed > 0 ? [...known, this.#overflow] : known;
  }

  of(identity: WorkloadIdentity): Workload {
    const { name, executable, platform, attributes } = identity;
    const words = [JSON.stringify(platform), JSON.stringify(attributes)];
    const key = [name, executable, ...words].join('\0');
    const known = this.#byKey.get(key);
    if (known !== undefined) return known;
    if (this.#byKey.size >= WORKLOADS_MAX) {
      this.#overflowed++;
      return this.#overflow;
    }
    const workload = new Workload(identity);
    workload.lastSeenMs = performance.now();
    this.#byKey.set(key, workload);
    return workload;
  }

  /** Forgets services that have no process and no traffic any more. */
  expire(): void {
    const before = performance.now() - SERIES_IDLE_MS;
    for (const [key, workload] of this.#byKey) {
      workload.metrics.expire(before);
      const isGone = workload.processes === 0 && workload.metrics.seriesCount === 0;
      if (isGone && workload.lastSeenMs < before) this.#byKey.delete(key);
    }
  }
}
