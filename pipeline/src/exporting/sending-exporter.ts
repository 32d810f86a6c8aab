import type { CreateSettings, ExportingComponent, Host } from '../component.ts';
import type { SendingQueueConfig } from '../config/fields/sending-queue.ts';
import { SondeError } from '../errors.ts';
import { OwnTelemetry } from '../events/own-telemetry.ts';
import { SendingEvents } from '../events/sending-events.ts';
import { findStorage } from '../storage/storage.ts';
import type { Telemetry } from '../telemetry.ts';
import type { Destination } from './destination.ts';
import { ItemStore } from './item-store.ts';
import { RetryingSender } from './retrying-sender.ts';
import type { SendingConfig } from './sending-fields.ts';
import { type Queued, SendingQueue } from './sending-queue.ts';

/**
 * An exporter around a `Destination`: queue, then counters, then retries, then the timeout of an attempt,
 * then the push, as upstream's `exporterhelper` has them.
 *
 * With `sending_queue.storage` what is accepted is in the storage until it is done; see `ItemStore`.
 *
 * On shutdown running pauses end (what they waited for is lost, or goes back to a caller that
 * waits), the queue is drained with one attempt each, and at the deadline the rest is given up.
 * Everything lost is counted in `otelcol_exporter_send_failed_*` and logged.
 */
export class SendingExporter implements ExportingComponent {
  readonly countsSent = true;
  readonly #destination: Destination;
  readonly #events: SendingEvents;
  readonly #retrying: RetryingSender;
  readonly #settings: CreateSettings;
  readonly #queueConfig: SendingQueueConfig | undefined;
  /** Made at start: a persistent one needs its storage. */
  #queue: SendingQueue | undefined;
  /** Whether the caller learns how the sending ended, and so may keep the data. */
  readonly #callerWaits: boolean;
  readonly #unqueued = new Set<Promise<void>>();
  #starting: Promise<void> | undefined;
  #stopping: Promise<void> | undefined;
  #running = false;
  #unobserveQueue: () => void = () => undefined;

  constructor(settings: CreateSettings, config: SendingConfig, destination: Destination) {
    const { id, signal, logger, telemetry = new OwnTelemetry() } = settings;
    const { sending_queue: queue, retry_on_failure: retry, timeout: timeoutMs } = config;
    this.#destination = destination;
    this.#events = new SendingEvents({ id, signal, logger, telemetry }, destination.labels);
    this.#retrying = new RetryingSender({ destination, retry, timeoutMs, events: this.#events });
    this.#callerWaits = queue === undefined || queue.waitForResult;
    this.#settings = settings;
    this.#queueConfig = queue;
  }

  start(host: Host): Promise<void> {
    this.#starting ??= this.#start(host);
    return this.#starting;
  }

  async consume(telemetry: Telemetry): Promise<void> {
    if (!this.#running) throw new SondeError('SHUTTING_DOWN', 'the exporter is not running');
    // A batch that a processor emptied is never sent.
    if (telemetry.itemCount === 0) return;
    if (this.#queue === undefined) return await this.#sendUnqueued(telemetry);
    await this.#enqueue(this.#queue, telemetry);
  }

  shutdown(deadline: AbortSignal): Promise<void> {
    this.#stopping ??= this.#stop(deadline);
    return this.#stopping;
  }

  async #start(host: Host): Promise<void> {
    if (this.#stopping !== undefined) return;
    await this.#destination.start(host);
    if (this.#queueConfig !== undefined) await this.#startQueue(this.#queueConfig, host);
    this.#running = this.#stopping === undefined;
  }

  async #startQueue(config: SendingQueueConfig, host: Host): Promise<void> {
    const events = this.#events;
    const queue = new SendingQueue({
      config,
      store: await this.#openStore(config.storage, host),
      send: (batch) => this.#send(batch),
      lost: (items, error) => events.lostInStorage(items, error),
      notForgotten: (error) => events.notForgotten(error),
    });
    this.#queue = queue;
    this.#unobserveQueue = events.observeQueue(queue);
    const restored = await queue.restore();
    if (restored > 0) events.restored(restored);
  }

  async #openStore(storage: string | undefined, host: Host): Promise<ItemStore | undefined> {
    if (storage === undefined) return undefined;
    const { id, signal } = this.#settings;
    const owner = { kind: 'exporter', id, name: signal } as const;
    return await ItemStore.open(await findStorage(host, storage).storageClient(owner), signal);
  }

  async #enqueue(queue: SendingQueue, telemetry: Telemetry): Promise<void> {
    let queued: Queued;
    try {
      queued = await queue.offer(telemetry);
    } catch (thrown) {
      const error = SondeError.from(thrown);
      this.#events.enqueueFailed(telemetry.itemCount, error);
      throw error;
    }
    this.#events.enqueued(telemetry);
    if (this.#callerWaits) await queued.sent;
  }

  async #sendUnqueued(telemetry: Telemetry): Promise<void> {
    const sending = this.#send(telemetry);
    this.#unqueued.add(sending);
    try {
      await sending;
    } finally {
      this.#unqueued.delete(sending);
    }
  }

  async #send(telemetry: Telemetry): Promise<void> {
    const { itemCount } = telemetry;
    if (this.#queueConfig?.batch !== undefined) this.#events.batched(telemetry);
    const ended = this.#events.begun();
    try {
      const { rejectedItems } = await this.#retrying.send(telemetry);
      const rejected = Math.min(rejectedItems, itemCount);
      if (rejected > 0) this.#events.partlyRejected(rejected);
      this.#events.sent(itemCount - rejected);
    } catch (thrown) {
      const error = SondeError.from(thrown);
      if (this.#queue?.keeps(error)) this.#events.kept(itemCount);
      else if (this.#callerWaits) this.#events.sendFailed(itemCount, error);
      else this.#events.dropped(itemCount, error);
      throw error;
    } finally {
      ended();
    }
  }

  async #stop(deadline: AbortSignal): Promise<void> {
    // A start that failed has told its caller; what it opened is closed here all the same.
    await this.#starting?.catch(() => undefined);
    this.#running = false;
    this.#retrying.hurry();
    const giveUp = (): void => this.#giveUp();
    if (deadline.aborted) giveUp();
    else deadline.addEventListener('abort', giveUp, { once: true });
    await this.#queue?.drain();
    await Promise.allSettled(this.#unqueued);
    deadline.removeEventListener('abort', giveUp);
    this.#unobserveQueue();
    await this.#destination.close();
  }

  #giveUp(): void {
    const error = new SondeError('SHUTTING_DOWN', 'interrupted due to shutdown');
    const lost = this.#queue?.discard(error) ?? 0;
    if (lost > 0) this.#events.dropped(lost, error);
    this.#retrying.giveUp();
  }
}
