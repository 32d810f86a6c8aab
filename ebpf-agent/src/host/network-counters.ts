import type { ProcFiles } from '../entities/proc-files.ts';
import type { MetricDefinition } from '../metrics/definitions.ts';
import type { Series } from '../metrics/series.ts';
import { LISTEN_DROPS, LISTEN_OVERFLOWS, TCP_RESETS } from './definitions.ts';
import { FollowedCounter } from './followed-counter.ts';

/** What TCP counts for the host as a whole (proc_net_netstat, proc_net_snmp). */
export class NetworkCounters {
  readonly #files: ProcFiles;
  readonly #overflows = new FollowedCounter();
  readonly #drops = new FollowedCounter();
  readonly #sent = new FollowedCounter({ 'network.io.direction': 'transmit' });
  readonly #received = new FollowedCounter({ 'network.io.direction': 'receive' });

  constructor(files: ProcFiles) {
    this.#files = files;
  }

  read(): void {
    const netstat = tableOf(this.#files.text('', 'net/netstat'), 'TcpExt');
    const snmp = tableOf(this.#files.text('', 'net/snmp'), 'Tcp');
    this.#overflows.follow(netstat.get('ListenOverflows') ?? 0);
    this.#drops.follow(netstat.get('ListenDrops') ?? 0);
    this.#sent.follow(snmp.get('OutRsts') ?? 0);
    this.#received.follow(snmp.get('EstabResets') ?? 0);
  }

  *points(): Generator<readonly [MetricDefinition, readonly Series[]]> {
    yield [LISTEN_OVERFLOWS, [this.#overflows.series]];
    yield [LISTEN_DROPS, [this.#drops.series]];
    yield [TCP_RESETS, [this.#sent.series, this.#received.series]];
  }
}

/** `Tcp: Name Name` over `Tcp: 1 2`. */
export function tableOf(text: string, section: string): ReadonlyMap<string, number> {
  const [names = [], values = []] = text
    .split('\n')
    .filter((line) => line.startsWith(`${section}: `))
    .map((line) => line.split(' ').slice(1));
  return new Map(names.map((name, index) => [name, Number(values[index] ?? 0)]));
}
