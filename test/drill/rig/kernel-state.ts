import { execFileSync } from 'node:child_process';
import { fileInfos, numberOf } from '@sonde/ebpf-agent/test/kernel-programs';

/** Settings that change by themselves; the kernel draws `tcp_fastopen_key` for the first who needs it. */
const RESTLESS =
  /^(kernel\.(random|ns_last_pid|pty\.nr|sched_|perf_event_max_sample_rate|perf_cpu_time)|fs\.(dentry-state|file-nr|inode-|aio-nr|quota)|net\.(netfilter\.nf_conntrack_(count|buckets)|ipv4\.tcp_fastopen_key)|vm\.(stat|nr_)|dev\.)/;

/** Every setting of the kernel that stays by itself, by name. */
export function settings(): ReadonlyMap<string, string> {
  const text = execFileSync('sysctl', ['-a'], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const pairs = text
    .split('\n')
    .map((line) => line.split(' = '))
    .map(([name = '', value = '']) => [name, value] as const);
  return new Map(pairs.filter(([name]) => name !== '' && !RESTLESS.test(name)));
}

/** Names of settings that differ. */
export function changed(
  before: ReadonlyMap<string, string>,
  after: ReadonlyMap<string, string>,
): readonly string[] {
  const names = new Set([...before.keys(), ...after.keys()]);
  return [...names].filter((name) => before.get(name) !== after.get(name));
}

/** Memory of the maps of a process, each once. Bytes. */
export function mapBytes(pid: number): number {
  const byId = new Map<number, number>();
  for (const text of fileInfos(pid)) {
    const id = numberOf(text, 'map_id');
    if (id !== undefined) byId.set(id, numberOf(text, 'memlock') ?? 0);
  }
  return [...byId.values()].reduce((sum, bytes) => sum + bytes, 0);
}
