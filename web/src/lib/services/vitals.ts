import type { MetricAggregation, MetricInfo } from '@sonde/backend/api-contract';
import { formatBytes } from '../format/bytes.ts';
import { formatCount } from '../format/count.ts';
import { formatDuration } from '../format/duration.ts';
import { formatRate } from '../format/rate.ts';
import { formatRatio } from '../format/ratio.ts';
import { aggregationsFor } from '../metrics/explorer-state.ts';

/** A metric that may tell it, by its name in the semantic conventions, and how its series are one. */
export interface VitalSource {
  readonly metric: string;
  readonly aggregation: MetricAggregation;
  readonly where?: string;
  /** Seconds that were spent in a step, as a share of the step. */
  readonly isShare?: boolean;
}

interface Line {
  readonly label: string;
  /** What the first line may rise to: drawn when it comes near, said otherwise. */
  readonly isLimit?: boolean;
  /** The first that the service sends is shown. */
  readonly sources: readonly VitalSource[];
}

/** What a process needs, or how its runtime does: a chart. */
export interface Vital {
  readonly title: string;
  /** The first line says whether there is a chart; the others are shown beside it. */
  readonly lines: readonly [Line, ...Line[]];
  readonly format: (value: number) => string;
}

const SECOND_NS = 1e9;
const seconds = (value: number): string => formatDuration(value * SECOND_NS);

/** From what is said of every process to what only some runtimes say. */
export const VITALS: readonly Vital[] = [
  {
    title: 'CPU, cores',
    format: formatRate,
    lines: [
      {
        label: 'used',
        sources: [
          { metric: 'process.cpu.time', aggregation: 'rate' },
          { metric: 'container.cpu.time', aggregation: 'rate' },
          { metric: 'jvm.cpu.time', aggregation: 'rate' },
          { metric: 'dotnet.process.cpu.time', aggregation: 'rate' },
          { metric: 'container.cpu.usage', aggregation: 'sum' },
          { metric: 'k8s.pod.cpu.usage', aggregation: 'sum' },
        ],
      },
      {
        label: 'waited for',
        sources: [{ metric: 'sonde.process.cpu.delay', aggregation: 'rate' }],
      },
      {
        label: 'held up by the limit',
        sources: [{ metric: 'sonde.container.cpu.throttled.time', aggregation: 'rate' }],
      },
    ],
  },
  {
    title: 'Memory',
    format: formatBytes,
    lines: [
      {
        label: 'in use',
        sources: [
          { metric: 'process.memory.usage', aggregation: 'sum' },
          { metric: 'container.memory.usage', aggregation: 'sum' },
          { metric: 'k8s.pod.memory.working_set', aggregation: 'sum' },
          { metric: 'dotnet.process.memory.working_set', aggregation: 'sum' },
        ],
      },
      {
        label: 'limit',
        isLimit: true,
        sources: [
          { metric: 'sonde.container.memory.limit', aggregation: 'sum' },
          { metric: 'container.memory.limit', aggregation: 'sum' },
        ],
      },
    ],
  },
  {
    title: 'Heap',
    format: formatBytes,
    lines: [
      {
        label: 'in use',
        sources: [
          { metric: 'v8js.memory.heap.used', aggregation: 'sum' },
          { metric: 'jvm.memory.used', aggregation: 'sum', where: 'jvm.memory.type=heap' },
          { metric: 'go.memory.used', aggregation: 'sum' },
          { metric: 'dotnet.gc.last_collection.heap.size', aggregation: 'sum' },
        ],
      },
      {
        label: 'limit',
        isLimit: true,
        sources: [
          { metric: 'v8js.memory.heap.limit', aggregation: 'sum' },
          { metric: 'go.memory.limit', aggregation: 'sum' },
        ],
      },
    ],
  },
  {
    title: 'Time in garbage collection',
    format: formatRatio,
    lines: [
      {
        label: 'of the time',
        sources: [
          { metric: 'v8js.gc.duration', aggregation: 'sum', isShare: true },
          { metric: 'jvm.gc.duration', aggregation: 'sum', isShare: true },
          { metric: 'dotnet.gc.pause.time', aggregation: 'rate' },
        ],
      },
    ],
  },
  {
    title: 'Delay of the event loop',
    format: seconds,
    lines: [
      {
        label: 'p99',
        sources: [{ metric: 'nodejs.eventloop.delay.p99', aggregation: 'max' }],
      },
    ],
  },
  {
    title: 'Threads',
    format: formatCount,
    lines: [
      {
        label: 'running or waiting',
        sources: [
          { metric: 'process.thread.count', aggregation: 'sum' },
          { metric: 'jvm.thread.count', aggregation: 'sum' },
          { metric: 'go.goroutine.count', aggregation: 'sum' },
        ],
      },
    ],
  },
  {
    title: 'Open files',
    format: formatCount,
    lines: [
      {
        label: 'file descriptors',
        sources: [
          { metric: 'process.open_file_descriptor.count', aggregation: 'sum' },
          { metric: 'process.unix.file_descriptor.count', aggregation: 'sum' },
        ],
      },
    ],
  },
  {
    title: 'Processes that ended',
    format: formatCount,
    lines: [
      {
        label: 'all',
        sources: [{ metric: 'sonde.service.process.exits', aggregation: 'increase' }],
      },
      {
        label: 'killed for want of memory',
        sources: [{ metric: 'sonde.service.oom_kills', aggregation: 'increase' }],
      },
    ],
  },
];

/** Instrumentation scope of the agent. */
const AGENT_SCOPE = 'sonde/ebpf';

export interface VitalLine {
  readonly label: string;
  readonly isLimit: boolean;
  readonly source: VitalSource;
}

export interface WantedVital {
  readonly vital: Vital;
  readonly lines: readonly VitalLine[];
}

/** The charts that can be drawn from what a service measures. */
export function wantedVitals(measured: readonly MetricInfo[]): WantedVital[] {
  return VITALS.flatMap((vital) => {
    const [first, ...others] = vital.lines.map(({ label, isLimit = false, sources }) => {
      const [source] = sources.flatMap((one) => servedSource(one, measured) ?? []);
      return source === undefined ? undefined : { label, isLimit, source };
    });
    if (first === undefined) return [];
    return [{ vital, lines: [first, ...others.filter((line) => line !== undefined)] }];
  });
}

/** Where the agent and the SDK measure the same, what the agent says counts: not their sum. */
function servedSource(
  source: VitalSource,
  measured: readonly MetricInfo[],
): VitalSource | undefined {
  const { metric, aggregation } = source;
  const serving = measured.find(
    (info) => info.name === metric && aggregationsFor(info).includes(aggregation),
  );
  if (serving === undefined) return undefined;
  const { scopes } = serving;
  if (scopes.length < 2 || !scopes.includes(AGENT_SCOPE)) return source;
  return { ...source, where: `otel.scope.name="${AGENT_SCOPE}"` };
}
