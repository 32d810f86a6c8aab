import { takeDue } from '../host/due.ts';
import type { MetricDefinition } from '../metrics/definitions.ts';
import { newSeries, type Series } from '../metrics/series.ts';
import { attributesOf } from '../requests/attributes.ts';
import { CoveredConnections } from './covered-connections.ts';

/** What of a service's processes is seen, and what is not, with the reason. */
export const COVERED_PROCESSES: MetricDefinition = {
  name: 'sonde.coverage.processes',
  unit: '{process}',
  kind: 'gauge',
  description: 'Processes of the service whose signal is seen, or why it is not.',
  bounds: [],
};

export const COVERED_CONNECTIONS: MetricDefinition = {
  name: 'sonde.coverage.connections',
  unit: '{connection}',
  kind: 'gauge',
  description:
    'Connections of the service in the last minutes whose requests are seen, or why not.',
  bounds: [],
};

/**
 * Why the logs of a service are not seen: where its output goes; `off`: nobody looks; `none`: it is
 * nothing that has any.
 */
export type UnseenLogs = 'pipe' | 'socket' | 'terminal' | 'null' | 'elsewhere' | 'off' | 'none';

/** Why what it uses is not: `off`: nobody looks; `hidden`: the kernel does not tell of its processes. */
export type UnseenMetrics = 'off' | 'hidden';

/** Where the standard output of a process leads, by its link in /proc. */
export function outputKind(link: string): UnseenLogs {
  if (link.startsWith('pipe:')) return 'pipe';
  if (link.startsWith('socket:')) return 'socket';
  if (/^\/dev\/(pts\/|tty|console)/.test(link)) return 'terminal';
  return link === '/dev/null' ? 'null' : 'elsewhere';
}

interface Known {
  readonly processes: number;
  /** `unknown`: nobody has looked yet. */
  readonly metrics: 'seen' | 'unknown' | UnseenMetrics;
}

type Points = readonly [MetricDefinition, readonly Series[]];

/** What is seen of one service, as far as the agent knows. */
export class WorkloadCoverage {
  /** Why its logs are not seen; undefined: they are. */
  unseenLogs: UnseenLogs | undefined = 'off';
  readonly #series = new Map<string, Series>();
  readonly connections: CoveredConnections = new CoveredConnections();

  *points({ processes, metrics }: Known, nowMs: number): Generator<Points> {
    const connections = this.connections.series(nowMs);
    if (processes === 0) return;
    const signals: Series[] = [];
    if (metrics !== 'unknown') {
      const reason = metrics === 'seen' ? undefined : metrics;
      signals.push(this.#process('metrics', reason, processes));
    }
    if (this.unseenLogs !== 'none') {
      signals.push(this.#process('logs', this.unseenLogs, processes));
    }
    const signalsDue = takeDue(signals, nowMs);
    if (signalsDue.length > 0) yield [COVERED_PROCESSES, signalsDue];
    const connectionsDue = takeDue(connections, nowMs);
    if (connectionsDue.length > 0) yield [COVERED_CONNECTIONS, connectionsDue];
  }

  #process(signal: string, reason: string | undefined, count: number): Series {
    return this.#set(`${signal} ${reason}`, count, {
      'sonde.signal': signal,
      'sonde.coverage': reason === undefined ? 'seen' : 'unseen',
      'sonde.reason': reason,
    });
  }

  #set(key: string, value: number, attributes: Parameters<typeof attributesOf>[0]): Series {
    const series = this.#series.get(key) ?? newSeries(attributesOf(attributes), 0);
    this.#series.set(key, series);
    series.sum = value;
    return series;
  }
}
