import { type Buffer, BufferError, type Intent, type PartitionReader, TOPICS } from '@sonde/buffer';
import { type Consumer, type SettingsSource, SondeError, Telemetry } from '@sonde/pipeline';
import { decodeRequests, type MalformedError, type Signal } from '@sonde/proto';
import { Backoff, pause } from './backoff.ts';
import { type Batch, BatchCollector, readRange } from './batch-collector.ts';
import type { BatchConfig, RetryWaits } from './config.ts';
import { toDeadLetter } from './dead-letter.ts';
import type { DeliveryEvents } from './delivery-events.ts';
import { MOMENTS } from './moments.ts';
import { splitBatch } from './split-batch.ts';
import type { ReadRequest } from './to-request.ts';

export interface PumpSettings {
  readonly signal: Signal;
  readonly buffer: Pick<Buffer, 'append'>;
  readonly reader: PartitionReader;
  readonly next: Consumer;
  readonly toRequest: ReadRequest;
  readonly batch: BatchConfig;
  readonly retry: RetryWaits;
  readonly configVersion: string;
  readonly settings: SettingsSource;
  readonly events: DeliveryEvents;
  /** Called with an error when a range has to wait, and with undefined when it goes on. */
  readonly onTrouble: (error: Error | undefined) => void;
}

/** What a range's rows and tokens depend on beside its records. */
type RangeVersion = Pick<Intent, 'settingsVersion' | 'topicId'>;

interface Begun {
  readonly batch: Batch;
  readonly version: RangeVersion;
}

/** What the pump throws to itself when it is stopped between two tries. */
class Stopped extends Error {}

/**
 * Delivers one partition in order:
 *
 *     pending intent ──> deliver exactly that range ──> commit
 *     collect a batch ─> intent ─> consume ─> commit ─> collect ...
 *                                    │ retryable: the same range again, for ever
 *                                    └ permanent: smaller ranges; one record alone: dead letter
 *
 * While a batch is consumed the next one is collected; where it is there in time, its intent is
 * begun in the step that commits: one durable write a batch.
 */
export class PartitionPump {
  readonly #settings: PumpSettings;
  readonly #stop: AbortSignal;
  readonly #collector: BatchCollector;
  #isInTrouble = false;
  /** The batch behind the one in flight, once it is there. */
  #ahead: Batch | undefined;
  #collecting: Promise<void> | undefined;
  /** The batch whose intent is open, begun by the commit of the one before. */
  #begun: Begun | undefined;

  constructor(settings: PumpSettings, stop: AbortSignal) {
    this.#settings = settings;
    this.#stop = stop;
    const { reader, toRequest, batch: limits } = settings;
    this.#collector = new BatchCollector({ reader, toRequest, limits });
  }

  /** Runs until `stop` aborts and the batch in flight is done. Rejects when it cannot go on. */
  async run(): Promise<void> {
    try {
      await this.#replay();
      for (;;) {
        // What is begun is delivered, stopped or not.
        if (this.#stop.aborted && this.#begun === undefined) return;
        await this.#deliverUnlessReset();
      }
    } catch (error) {
      if (error instanceof Stopped) return;
      // The deadline passed and everything was closed: the range is delivered after the next start.
      if (this.#stop.aborted && error instanceof BufferError) return;
      throw error;
    }
  }

  /** Where offsets begin anew, all that was read belongs to those of before. */
  async #deliverUnlessReset(): Promise<void> {
    try {
      await this.#deliverNext();
    } catch (error) {
      if (!isReset(error)) throw error;
      await this.#collecting;
      this.#ahead = undefined;
      this.#begun = undefined;
      this.#collector.forget();
    }
  }

  /** An intent of an earlier process: the same range again, with the settings it names. */
  async #replay(): Promise<void> {
    const { reader, toRequest, events, configVersion } = this.#settings;
    const intent = reader.pendingIntent();
    if (intent === undefined) return;
    events.replaying(reader, intent, configVersion);
    try {
      const batch = await this.#retry(() => readRange({ reader, toRequest }, intent));
      await this.#deliver(batch, intent);
    } catch (error) {
      // The range is of a topic that is gone: there is nothing of it any more.
      if (!isReset(error)) throw error;
    }
  }

  async #deliverNext(): Promise<void> {
    const begun = this.#begun ?? (await this.#beginNext());
    this.#begun = undefined;
    if (begun === undefined) return;
    this.#collectBehind(begun.batch);
    await this.#deliver(begun.batch, begun.version);
  }

  async #beginNext(): Promise<Begun | undefined> {
    const { reader } = this.#settings;
    await this.#collecting;
    const batch =
      this.#takeAhead(reader.position()) ??
      (await this.#retry(() => this.#collector.collect(reader.position(), this.#stop)));
    if (batch === undefined) return undefined;
    const version = this.#versionNow();
    await this.#begin(batch, version);
    return { batch, version };
  }

  #versionNow(): RangeVersion {
    const { reader, settings } = this.#settings;
    const { topicId } = reader;
    const settingsVersion = settings.current().version;
    return topicId === undefined ? { settingsVersion } : { settingsVersion, topicId };
  }

  /** Never rejects. */
  #collectBehind({ to }: Batch): void {
    this.#collecting = this.#collector.collect(to, this.#stop).then(
      (batch) => {
        this.#ahead = batch;
      },
      () => {
        // Collected again, and the failure is met again, when it is this batch's turn.
        this.#ahead = undefined;
      },
    );
  }

  /** The batch that was collected ahead, if it is the one from `position` on. */
  #takeAhead(position: number): Batch | undefined {
    const batch = this.#ahead;
    if (batch?.from !== position) return undefined;
    this.#ahead = undefined;
    return batch;
  }

  async #begin({ from, to }: Batch, version: RangeVersion): Promise<void> {
    const { reader, configVersion } = this.#settings;
    await this.#retry(() => reader.begin({ from, to, configVersion, ...version }));
    MOMENTS.begun.publish(reader);
  }

  /** The batch's intent is open; it is committed, or smaller ranges are, when this resolves. */
  async #deliver(batch: Batch, version: RangeVersion): Promise<void> {
    const { reader } = this.#settings;
    const refusal = batch.records.length > 0 && (await this.#consume(batch, version));
    if (refusal instanceof SondeError) {
      await this.#resolveRefusal(batch, version, refusal);
      return;
    }
    MOMENTS.taken.publish(reader);
    await this.#commit(batch);
    MOMENTS.committed.publish(reader);
    if (this.#begun !== undefined) MOMENTS.begun.publish(reader);
  }

  /** Commits a range that was taken, and begins the next one where it was collected meanwhile. */
  async #commit({ to }: Batch): Promise<void> {
    const { reader, configVersion } = this.#settings;
    const next = this.#stop.aborted ? undefined : this.#takeAhead(to);
    if (next === undefined) return this.#retry(() => reader.commit(to));
    const version = this.#versionNow();
    const intent = { from: next.from, to: next.to, configVersion, ...version };
    await this.#retry(() => reader.commit(to, intent));
    this.#begun = { batch: next, version };
  }

  /** Undefined when the pipeline took it; the error when it never will. */
  async #consume(
    batch: Batch,
    { settingsVersion, topicId }: RangeVersion,
  ): Promise<SondeError | undefined> {
    const { signal, reader, next } = this.#settings;
    const { topic, partition } = reader;
    const unread = unreadableIn(batch);
    if (unread !== undefined)
      return new SondeError('INVALID_DATA', unread.message, { cause: unread });
    const source = { topic, partition, from: batch.from, to: batch.to, settingsVersion };
    const telemetry = new Telemetry({
      signal,
      requests: batch.records.map(({ request }) => request),
      source: topicId === undefined ? source : { ...source, topicId },
      decode: (requests) => decodeRequests(signal, requests),
    });
    return this.#retry(async () => {
      try {
        await next.consume(telemetry);
      } catch (thrown) {
        const error = SondeError.from(thrown);
        if (error.retryable) throw error;
        return error;
      }
      return undefined;
    });
  }

  async #resolveRefusal(batch: Batch, version: RangeVersion, error: SondeError): Promise<void> {
    const { reader, buffer, events } = this.#settings;
    const [only, ...others] = batch.records;
    if (only !== undefined && others.length === 0) {
      const letter = toDeadLetter(only.record, reader, error);
      await this.#retry(() => buffer.append(TOPICS.deadLetters, 0, [letter]));
      events.deadLettered(reader, only.record, error);
      await this.#retry(() => reader.commit(batch.to));
      return;
    }
    events.searchingPoison(reader, batch.records.length, error);
    // The whole range is given up, as a promise to deliver it in one piece; its parts follow.
    await this.#retry(() => reader.commit(batch.from));
    for (const part of splitBatch(batch, error)) {
      await this.#begin(part, version);
      await this.#deliver(part, version);
    }
  }

  /** Tries until it works, `stop` aborts, or it fails for good. */
  async #retry<T>(work: () => Promise<T>): Promise<T> {
    const backoff = new Backoff(this.#settings.retry);
    for (;;) {
      try {
        const result = await work();
        this.#setTrouble(undefined);
        return result;
      } catch (error) {
        if (!(error instanceof SondeError || error instanceof BufferError)) throw error;
        if (!error.retryable) throw error;
        const retryAfterMs = error instanceof SondeError ? error.retryAfterMs : undefined;
        const waitMs = backoff.next(retryAfterMs);
        this.#settings.events.retrying(this.#settings.reader, error, waitMs);
        this.#setTrouble(error);
        await pause(waitMs, this.#stop);
        if (this.#stop.aborted) throw new Stopped();
      }
    }
  }

  #setTrouble(error: Error | undefined): void {
    if (error === undefined && !this.#isInTrouble) return;
    this.#isInTrouble = error !== undefined;
    this.#settings.onTrouble(error);
  }
}

function isReset(error: unknown): boolean {
  return error instanceof BufferError && error.code === 'POSITION_RESET';
}

/** The first record's refusal that has one, with the place of its record. */
function unreadableIn({ records }: Batch): MalformedError | undefined {
  const index = records.findIndex(({ refusal }) => refusal !== undefined);
  const refusal = records[index]?.refusal;
  if (refusal !== undefined) refusal.requestIndex = index;
  return refusal;
}
