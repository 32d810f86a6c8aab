import {
  type CreateSettings,
  type ExportingComponent,
  type LogFields,
  SondeError,
  type Telemetry,
} from '@sonde/pipeline';
import {
  type EncodedRequest,
  MalformedError,
  type OtlpMessage,
  readRequest,
  type Signal,
} from '@sonde/proto';
import { BatchSampler } from './batch-sampler.ts';
import type { DebugConfig, Output } from './config.ts';
import { detailedLogs } from './detailed/detailed-logs.ts';
import { detailedMetrics } from './detailed/detailed-metrics.ts';
import { detailedTraces } from './detailed/detailed-traces.ts';
import { normalLogs } from './normal/normal-logs.ts';
import { normalMetrics } from './normal/normal-metrics.ts';
import { normalTraces } from './normal/normal-traces.ts';

/** What a request is made of, as text with its line ends. */
type Describe = (request: OtlpMessage) => string;

const DESCRIBE: Readonly<
  Record<'normal' | 'detailed', Readonly<Partial<Record<Signal, Describe>>>>
> = {
  normal: { traces: normalTraces, logs: normalLogs, metrics: normalMetrics },
  detailed: { traces: detailedTraces, logs: detailedLogs, metrics: detailedMetrics },
};

const TITLES: Readonly<Record<Signal, string>> = {
  traces: 'Traces',
  metrics: 'Metrics',
  logs: 'Logs',
  profiles: 'Profiles',
};

/** Down to scopes: the numbers of a batch are of resources and metrics, and of what is known of it. */
const COUNTED_LEVELS = 3;

/** Takes text with its line ends. */
export type Writers = Readonly<Record<Output, (text: string) => void>>;

/**
 * Shows what it is given: a line with the numbers of a batch, and in `normal` and `detailed` its
 * contents below, in the layout of the Collector's. Everything is taken; nothing is lost.
 */
export class DebugExporter implements ExportingComponent {
  readonly #signal: Signal;
  readonly #verbosity: DebugConfig['verbosity'];
  readonly #announce: (title: string, counts: LogFields) => void;
  readonly #show: (text: string) => void;
  readonly #sampler: BatchSampler;
  #stopped = false;

  constructor(settings: CreateSettings, config: DebugConfig, writers: Writers) {
    this.#signal = settings.signal;
    this.#verbosity = config.verbosity;
    this.#sampler = new BatchSampler({
      initial: config.sampling_initial,
      thereafter: config.sampling_thereafter,
    });
    const write = (text: string): void => {
      for (const output of config.output_paths) writers[output](text);
    };
    // A log line has no line ends: contents go below it, past the logger.
    // Without it upstream's contents are a message, with a line end after their own.
    this.#show = config.use_internal_logger ? writers.stderr : (text) => write(`${text}\n`);
    this.#announce = config.use_internal_logger
      ? (title, counts) => settings.logger.info(title, counts)
      : (title, counts) => write(`${title}\t${spaced(counts)}\n`);
  }

  start(): Promise<void> {
    return Promise.resolve();
  }

  async consume(telemetry: Telemetry): Promise<void> {
    if (this.#stopped) throw new SondeError('SHUTTING_DOWN', 'the exporter is not running');
    if (!this.#sampler.admits()) return;
    const levels = this.#verbosity === 'basic' ? COUNTED_LEVELS : Number.POSITIVE_INFINITY;
    const requests = telemetry.requests.map((request) => asMessage(request, levels));
    this.#announce(TITLES[this.#signal], countsOf(this.#signal, requests, telemetry.itemCount));
    if (this.#verbosity === 'basic') return;
    const describe = DESCRIBE[this.#verbosity][this.#signal];
    if (describe === undefined) return;
    for (const request of requests) this.#show(describe(request));
  }

  shutdown(): Promise<void> {
    this.#stopped = true;
    return Promise.resolve();
  }
}

/** JSON with the blanks of upstream's, of a line without time and level. */
function spaced(counts: LogFields): string {
  const members = Object.entries(counts).map(
    ([name, count]) => `${JSON.stringify(name)}: ${JSON.stringify(count)}`,
  );
  return `{${members.join(', ')}}`;
}

function asMessage({ signal, bytes }: EncodedRequest, levels: number): OtlpMessage {
  try {
    return readRequest(signal, bytes, levels);
  } catch (error) {
    if (!(error instanceof MalformedError)) throw error;
    throw new SondeError('INVALID_DATA', error.message, { cause: error });
  }
}

/** Named as in the Collector's lines. */
function countsOf(signal: Signal, requests: readonly OtlpMessage[], items: number): LogFields {
  const resources = (name: string): number =>
    requests.reduce((count, request) => count + request.messages(name).length, 0);
  switch (signal) {
    case 'traces':
      return { 'resource spans': resources('resourceSpans'), spans: items };
    case 'logs':
      return { 'resource logs': resources('resourceLogs'), 'log records': items };
    case 'metrics':
      return {
        'resource metrics': resources('resourceMetrics'),
        metrics: requests.reduce((count, request) => count + metricCount(request), 0),
        'data points': items,
      };
    default:
      return { 'resource profiles': resources('resourceProfiles'), 'sample records': items };
  }
}

function metricCount(request: OtlpMessage): number {
  let count = 0;
  for (const resource of request.messages('resourceMetrics')) {
    for (const scope of resource.messages('scopeMetrics'))
      count += scope.messages('metrics').length;
  }
  return count;
}
