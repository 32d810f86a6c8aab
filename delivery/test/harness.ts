import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BufferRecord, type EmbeddedLog, openSharedLog, TOPICS } from '@sonde/buffer';
import { type Consumer, SondeError, type Telemetry } from '@sonde/pipeline';
import {
  type ContractHost,
  contractHost,
  contractSettings,
  RecordingLogger,
} from '@sonde/pipeline/contract-suite';
import { LogColumns, MalformedError } from '@sonde/proto';
import { onTestFinished } from 'vitest';
import {
  batchConfig,
  DeliveryEvents,
  PumpSet,
  type ReadRequest,
  retryWaits,
} from '../src/index.ts';
import { recordOf } from './log-record.ts';
import { logsRequest } from './log-requests.ts';

export async function makeFolder(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'sonde-delivery-'));
  onTestFinished(() => rm(directory, { recursive: true }));
  return directory;
}

/** The folder's log as the exporter would hold it, with the topic of logs. */
export async function openFolder(directory: string): Promise<EmbeddedLog> {
  const shared = await openSharedLog(directory);
  onTestFinished(() => shared.release());
  await shared.log.createTopic(TOPICS.logs, { partitions: 1 });
  return shared.log;
}

export async function append(log: EmbeddedLog, ...bodies: readonly string[]): Promise<void> {
  const records = bodies.map((body) => recordOf(logsRequest(body)));
  await log.append(TOPICS.logs, 0, records);
}

/** One batch that a pipeline was handed. */
export interface Taken {
  readonly from: number;
  readonly to: number;
  readonly settingsVersion: number | undefined;
  readonly rows: number;
}

/**
 * The end of a pipeline: decodes like an exporter, takes a range once, answers as told, and lets a
 * test wait for the n-th batch.
 */
export class Store implements Consumer {
  /** Every call, the failed ones too. */
  readonly calls: Taken[] = [];
  readonly taken: Taken[] = [];
  /** Runs before a batch is taken; what it throws is the answer. */
  answer: (telemetry: Telemetry, call: number) => void | Promise<void> = () => {};
  readonly #waiting = new Set<() => void>();

  async consume(telemetry: Telemetry): Promise<void> {
    const { source } = telemetry;
    if (source === undefined) throw new Error('a batch without its range');
    const { from, to, settingsVersion } = source;
    const call = { from, to, settingsVersion, rows: telemetry.itemCount };
    this.calls.push(call);
    this.#wake();
    await this.answer(telemetry, this.calls.length);
    const columns = decode(telemetry);
    if (!(columns instanceof LogColumns)) throw new Error('logs become log columns');
    this.taken.push({ ...call, rows: columns.count });
    this.#wake();
  }

  async until(holds: (store: Store) => boolean): Promise<void> {
    while (!holds(this)) {
      await new Promise<void>((resolve) => this.#waiting.add(resolve));
    }
  }

  #wake(): void {
    for (const resolve of this.#waiting) resolve();
    this.#waiting.clear();
  }
}

function decode(telemetry: Telemetry): ReturnType<Telemetry['columns']> {
  try {
    return telemetry.columns();
  } catch (error) {
    if (!(error instanceof MalformedError)) throw error;
    throw new SondeError('INVALID_DATA', error.message, { cause: error });
  }
}

export interface Running {
  readonly store: Store;
  readonly pumps: PumpSet;
  readonly host: ContractHost;
  readonly logger: RecordingLogger;
  /** Resolves when the group has committed everything before `offset`. */
  committed(log: EmbeddedLog, offset: number): Promise<void>;
}

const RETRY = { initial_interval: '1ms', max_interval: '4ms' } as const;

/** Delivers every partition of the topic of logs. */
export async function startDelivery(
  directory: string,
  options: {
    readonly batch?: Readonly<Record<string, unknown>>;
    readonly store?: Store;
    readonly configVersion?: string;
    readonly toRequest?: ReadRequest;
  } = {},
): Promise<Running> {
  const { log, release } = await openSharedLog(directory);
  onTestFinished(release);
  await log.createTopic(TOPICS.deadLetters, { partitions: 1 });
  await log.createTopic(TOPICS.logs, { partitions: 1 });
  const store = options.store ?? new Store();
  const logger = new RecordingLogger();
  const configVersion = options.configVersion ?? 'config-1';
  const host = contractHost();
  const pumps = new PumpSet({
    buffer: log,
    host,
    create: { ...contractSettings('buffer', logger), configVersion },
    batch: batchConfig.parse({ timeout: '5ms', ...options.batch }),
    retry: retryWaits.parse(RETRY),
    events: new DeliveryEvents({ id: 'buffer', type: 'buffer', group: 'store' }, logger),
  });
  onTestFinished(() => pumps.shutdown(AbortSignal.timeout(5000)));
  const { toRequest } = options;
  for (let partition = 0; partition < log.partitionCount(TOPICS.logs); partition += 1) {
    const reader = await log.openReader('store', TOPICS.logs, partition);
    const target = { signal: 'logs', next: store } as const;
    pumps.add(reader, toRequest === undefined ? target : { ...target, toRequest });
  }
  return { store, pumps, host, logger, committed: waitForCommit };
}

/** The log has no event for a commit: looks at its state between turns of the event loop. */
async function waitForCommit(log: EmbeddedLog, offset: number): Promise<void> {
  const position = (): number =>
    log.state().find(({ topic }) => topic === TOPICS.logs)?.groups['store'] ?? 0;
  while (position() < offset) await new Promise((resolve) => setImmediate(resolve));
}

/** A signal that never aborts, or has. */
export function deadline(state: 'never' | 'passed'): AbortSignal {
  return state === 'never' ? new AbortController().signal : AbortSignal.abort();
}

export async function deadLettersOf(log: EmbeddedLog): Promise<readonly BufferRecord[]> {
  const reader = await log.openReader('check', TOPICS.deadLetters, 0);
  const records = await reader.read(0, { bytesMax: 1 << 20, recordsMax: 1000, waitMs: 0 });
  await reader.close();
  return records;
}
