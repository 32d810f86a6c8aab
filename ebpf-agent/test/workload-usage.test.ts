import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { CgroupFiles } from '../src/host/cgroup-files.ts';
import { CPU_TIME, MEMORY_USAGE } from '../src/host/definitions.ts';
import { FollowedCounter } from '../src/host/followed-counter.ts';
import { tableOf } from '../src/host/network-counters.ts';
import { HOLDS_NOTHING } from '../src/host/task-usage.ts';
import { WorkloadLimits } from '../src/host/workload-limits.ts';
import { WorkloadUsage } from '../src/host/workload-usage.ts';
import { PROCESSES_LISTED_MAX, UNCHANGED_REPORT_MS } from '../src/limits.ts';

/** A second of CPU, three quarters of it in user mode. */
const SECOND = Float64Array.of(1e9, 0, 3, 1, 0, 0, 0, 0);

describe('what a service uses', () => {
  it('is told a process apart up to a limit, and its sum is that of all of them', () => {
    const usage = new WorkloadUsage();
    const count = PROCESSES_LISTED_MAX + 5;
    for (let pid = 1; pid <= count; pid++) {
      usage.list(pid, 'worker');
      usage.add(pid, SECOND);
      usage.hold(pid, { ...HOLDS_NOTHING, anonymousBytes: 10 });
    }
    expect(new Map(usage.points(0)).get(CPU_TIME)).toHaveLength(2 * PROCESSES_LISTED_MAX + 2);
    usage.unlist(1);
    usage.add(1, SECOND);
    // What did not change is said once a minute.
    expect(new Map(usage.points(1)).get(CPU_TIME)).toHaveLength(2);
    const points = new Map(usage.points(UNCHANGED_REPORT_MS + 1));
    const cpu = points.get(CPU_TIME) ?? [];
    expect(cpu).toHaveLength(2 * (PROCESSES_LISTED_MAX - 1) + 2);
    const memory = points.get(MEMORY_USAGE) ?? [];
    expect(memory.at(-1)).toMatchObject({ attributes: [], sum: 50 });
    const [user] = cpu.slice(-2);
    // Five that had no place, and what the first used after it was gone.
    expect(user?.sum).toBeCloseTo(6 * 0.75);
  });

  it('is seen, not asked for, or not told where it was asked for twice', () => {
    const usage = new WorkloadUsage();
    const coverages = [false, true, true].map((isAsked) => {
      usage.begin(isAsked);
      return usage.coverage;
    });
    expect(coverages).toEqual(['off', 'hidden', 'hidden']);
    usage.add(1, SECOND);
    expect(usage.coverage).toBe('seen');
    const young = new WorkloadUsage();
    expect(young.coverage).toBe('unknown');
    young.begin(true);
    expect(young.coverage).toBe('unknown');
    young.begin(true);
    expect(young.coverage).toBe('hidden');
  });

  it('says nothing before anything was used', () => {
    expect([...new WorkloadUsage().points()]).toEqual([]);
  });
});

describe('a counter of the kernel', () => {
  it('counts from when it was first looked at, and goes on when it begins anew', () => {
    const counter = new FollowedCounter();
    for (const value of [100, 130, 130, 5]) counter.follow(value);
    expect(counter.series.sum).toBe(35);
  });

  it('is found by the name over it', () => {
    const text = 'TcpExt: A ListenOverflows B\nTcpExt: 1 7 2\nIpExt: X\nIpExt: 3\n';
    expect(tableOf(text, 'TcpExt').get('ListenOverflows')).toBe(7);
    expect(tableOf('', 'TcpExt').size).toBe(0);
  });
});

describe('control groups', () => {
  const root = mkdtempSync(join(tmpdir(), 'sonde-cgroup-'));
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  function write(files: Readonly<Record<string, string>>): void {
    for (const [path, text] of Object.entries(files)) {
      const file = join(root, 'sys/fs/cgroup', path);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, `${text}\n`);
    }
  }

  it('of version 2 say their limits, and how often they were met', () => {
    write({
      'docker/a/cgroup.controllers': 'cpu memory',
      'docker/a/cpu.max': '150000 100000',
      'docker/a/cpu.stat': 'usage_usec 9\nnr_periods 8\nnr_throttled 3\nthrottled_usec 2500000',
      'docker/a/memory.max': 'max',
      'docker/a/memory.current': '4096',
    });
    const figures = new CgroupFiles(root).read(new Map([['', '/docker/a']]));
    expect(figures).toEqual({
      cpuLimit: 1.5,
      periods: 8,
      throttledPeriods: 3,
      throttledSeconds: 2.5,
      memoryLimitBytes: undefined,
      memoryBytes: 4096,
    });
  });

  it('of version 1 say the same', () => {
    write({
      'cpu/docker/a/cpu.cfs_quota_us': '50000',
      'cpu/docker/a/cpu.cfs_period_us': '100000',
      'cpu/docker/a/cpu.stat': 'nr_periods 8\nnr_throttled 3\nthrottled_time 2500000000',
      'memory/docker/a/memory.limit_in_bytes': '1048576',
      'memory/docker/a/memory.usage_in_bytes': '4096',
      'cpu/docker/b/cpu.cfs_quota_us': '-1',
      'memory/docker/b/memory.limit_in_bytes': '9223372036854771712',
    });
    const groups = new Map(['cpu', 'memory'].map((name) => [name, '/docker/a']));
    expect(new CgroupFiles(root).read(groups)).toEqual({
      cpuLimit: 0.5,
      periods: 8,
      throttledPeriods: 3,
      throttledSeconds: 2.5,
      memoryLimitBytes: 1_048_576,
      memoryBytes: 4096,
    });
    const free = new Map(['cpu', 'memory'].map((name) => [name, '/docker/b']));
    expect(new CgroupFiles(root).read(free)).toMatchObject({
      cpuLimit: undefined,
      memoryLimitBytes: undefined,
    });
  });

  it('without limits give no numbers of them', () => {
    const limits = new WorkloadLimits();
    limits.update(new CgroupFiles(root).read(new Map()));
    expect([...limits.points()]).toEqual([]);
  });
});
