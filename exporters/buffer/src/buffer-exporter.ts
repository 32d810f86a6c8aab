import { HEADERS, type NewRecord, openSharedLog, type SharedLog, TOPICS } from '@sonde/buffer';
import {
  type ConsumingComponent,
  type CreateSettings,
  SondeError,
  type Telemetry,
} from '@sonde/pipeline';
import type { EncodedRequest } from '@sonde/proto';
import { toSondeError } from './buffer-error.ts';
import { BufferExporterEvents } from './buffer-events.ts';
import type { BufferExporterConfig } from './config.ts';

/**
 * Appends each request as one record to its signal's topic and resolves when all are durable:
 * the acknowledgement may go back to the sender.
 */
export class BufferExporter implements ConsumingComponent {
  readonly givesBack = true;
  readonly #config: BufferExporterConfig;
  readonly #topic: string;
  readonly #events: BufferExporterEvents;
  #shared: SharedLog | undefined;
  #starting: Promise<void> | undefined;
  #stopping: Promise<void> | undefined;
  #nextPartition = 0;

  constructor(settings: CreateSettings, config: BufferExporterConfig) {
    this.#config = config;
    this.#topic = TOPICS[settings.signal];
    this.#events = new BufferExporterEvents(
      { id: settings.id, topic: this.#topic },
      settings.logger,
    );
  }

  start(): Promise<void> {
    this.#starting ??= this.#start();
    return this.#starting;
  }

  async consume(telemetry: Telemetry): Promise<void> {
    if (this.#shared === undefined || this.#stopping !== undefined) {
      throw new SondeError('SHUTTING_DOWN', 'the buffer is not open');
    }
    if (telemetry.requests.length === 0) return;
    const { log } = this.#shared;
    // Whole requests in turn: partitions fill alike, and no request is cut in two.
    const partition = this.#nextPartition % log.partitionCount(this.#topic);
    this.#nextPartition = partition + 1;
    try {
      await log.append(this.#topic, partition, telemetry.requests.map(toRecord));
    } catch (error) {
      throw toSondeError(error);
    }
    this.#events.appended(telemetry.requests.length, telemetry.byteCount);
  }

  /** What was accepted is being synced and is waited for, whatever the deadline: it takes moments. */
  shutdown(): Promise<void> {
    this.#stopping ??= this.#stop();
    return this.#stopping;
  }

  async #start(): Promise<void> {
    const { directory, partitions } = this.#config;
    this.#shared = await openSharedLog(directory, {
      reserveBytes: this.#config.disk_reserve,
      onEvent: (event) => this.#events.logEvent(event),
    });
    const { log } = this.#shared;
    await log.createTopic(this.#topic, { partitions });
    log.setLimits(this.#topic, {
      segmentBytes: this.#config.segment_size,
      sizeBytesMax: this.#config.size_max,
      ageMsMax: this.#config.retention,
    });
  }

  async #stop(): Promise<void> {
    // A start that failed has told its caller; what it opened is closed here all the same.
    await this.#starting?.catch(() => undefined);
    await this.#shared?.release();
  }
}

function toRecord(request: EncodedRequest): NewRecord {
  return {
    value: request.bytes,
    headers: { [HEADERS.tenant]: request.tenant, [HEADERS.items]: String(request.itemCount) },
    timestampUnixMs: Math.max(0, Math.floor(request.receivedUnixMs)),
  };
}
