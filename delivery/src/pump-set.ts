import { type Buffer, BufferError, type PartitionReader } from '@sonde/buffer';
import type { Consumer, Host, SignallessCreateSettings } from '@sonde/pipeline';
import type { Signal } from '@sonde/proto';
import type { BatchConfig, RetryWaits } from './config.ts';
import type { DeliveryEvents } from './delivery-events.ts';
import { MOMENTS } from './moments.ts';
import { PartitionPump } from './partition-pump.ts';
import { type ReadRequest, toRequest } from './to-request.ts';

export interface PumpSetSettings {
  /** Where dead letters go. */
  readonly buffer: Pick<Buffer, 'append'>;
  readonly host: Host;
  readonly create: SignallessCreateSettings;
  readonly batch: BatchConfig;
  readonly retry: RetryWaits;
  readonly events: DeliveryEvents;
}

export interface PumpTarget {
  readonly signal: Signal;
  readonly next: Consumer;
  /** How a record's request is read; plain OTLP protobuf where absent. */
  readonly toRequest?: ReadRequest;
}

interface OpenPartition {
  readonly stop: AbortController;
  readonly running: Promise<void>;
}

/** The partitions a receiver reads, each delivered by a pump of its own. */
export class PumpSet {
  readonly #settings: PumpSetSettings;
  readonly #partitions: Map<PartitionReader, OpenPartition> = new Map();
  /** Pumps whose range has to wait. */
  readonly #troubled: Set<PartitionReader> = new Set();

  constructor(settings: PumpSetSettings) {
    this.#settings = settings;
  }

  /** Starts to deliver what `reader` reads; the set closes it. */
  add(reader: PartitionReader, { signal, next, ...target }: PumpTarget): void {
    const { buffer, create, batch, retry, events } = this.#settings;
    const { configVersion, settings } = create;
    MOMENTS.assigned.publish(reader);
    const stop = new AbortController();
    const pump = new PartitionPump(
      {
        signal,
        next,
        reader,
        buffer,
        batch,
        retry,
        configVersion,
        settings,
        events,
        toRequest: target.toRequest ?? ((record) => toRequest(signal, record)),
        onTrouble: (error) => this.#noteTrouble(reader, error),
      },
      stop.signal,
    );
    this.#partitions.set(reader, { stop, running: this.#run(pump, reader) });
  }

  /** The partition is somebody else's now: its pump ends, what is not committed comes again there. */
  async remove(reader: PartitionReader): Promise<void> {
    const open = this.#partitions.get(reader);
    this.#partitions.delete(reader);
    open?.stop.abort();
    this.#noteTrouble(reader, undefined);
    MOMENTS.revoked.publish(reader);
    await reader.close();
    await open?.running;
  }

  /** Stops reading, lets batches in flight end until `deadline`, closes the readers. */
  async shutdown(deadline: AbortSignal): Promise<void> {
    const all = [...this.#partitions];
    for (const [, { stop }] of all) stop.abort();
    await Promise.race([Promise.all(all.map(([, { running }]) => running)), aborted(deadline)]);
    await Promise.all(all.map(([reader]) => reader.close()));
    this.#partitions.clear();
  }

  /** A pump that ends by an error would leave its partition unread for ever: the run ends. */
  async #run(pump: PartitionPump, reader: PartitionReader): Promise<void> {
    try {
      await pump.run();
    } catch (thrown) {
      const error = thrown instanceof Error ? thrown : new Error(String(thrown));
      // A partition that was taken away is told to `remove` a moment later.
      if (error instanceof BufferError && error.code === 'BUFFER_CLOSED') return;
      this.#settings.events.failed(reader, error);
      this.#settings.host.reportStatus({ state: 'fatal', error });
    }
  }

  #noteTrouble(reader: PartitionReader, error: Error | undefined): void {
    const { host } = this.#settings;
    if (error !== undefined) {
      this.#troubled.add(reader);
      host.reportStatus({ state: 'recoverable', error });
    } else if (this.#troubled.delete(reader) && this.#troubled.size === 0) {
      host.reportStatus({ state: 'ok' });
    }
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
