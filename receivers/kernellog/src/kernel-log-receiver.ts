import {
  EntryLabels,
  EntryWriter,
  endBefore,
  LogDelivery,
  OperatorChain,
  pause,
  WarningGate,
} from '@sonde/log-operators';
import {
  type Component,
  type Consumer,
  findStorage,
  type Host,
  type Logger,
  SondeError,
} from '@sonde/pipeline';
import type { KernelLogConfig } from './config.ts';
import { KernelBuffer } from './kernel-buffer.ts';
import { clockOffsetNs, kernelEntry } from './kernel-entry.ts';
import { BATCH_RECORDS_MAX, REOPEN_MS } from './limits.ts';
import { Position } from './position.ts';
import { type KernelRecord, readRecord } from './read-record.ts';

export interface KernelLogOptions {
  readonly id: string;
  readonly logger: Logger;
  readonly config: KernelLogConfig;
  readonly next: Consumer;
}

/**
 * Looks at the kernel's log at an interval and hands on what came. The next records are read when the
 * pipeline has taken those before; the number of the last one that was taken is kept, and a new start
 * goes on there.
 */
export class KernelLogReceiver implements Component {
  readonly #options: KernelLogOptions;
  readonly #delivery: LogDelivery;
  readonly #chain: OperatorChain | undefined;
  readonly #labels: EntryLabels;
  readonly #warnings: WarningGate;
  readonly #writer: EntryWriter = new EntryWriter();
  readonly #stop: AbortController = new AbortController();
  /** Whose position a held back entry must not be passed by. */
  readonly #source: object = {};
  #position: Position | undefined;
  /** Records up to this number are done with, or passed over. */
  #last = -1;
  /** What there is already is passed over. */
  #isSkipping = false;
  #host: Host | undefined;
  #starting: Promise<void> | undefined;
  #stopping: Promise<void> | undefined;
  #running: Promise<void> | undefined;

  constructor(options: KernelLogOptions) {
    const { config, id, logger } = options;
    this.#options = options;
    this.#warnings = new WarningGate(logger);
    this.#labels = new EntryLabels(config);
    this.#delivery = new LogDelivery({ ...options, retry: config.retry_on_failure });
    if (config.operators.length > 0) {
      this.#chain = new OperatorChain(config.operators, { receiver: id, logger });
    }
  }

  start(host: Host): Promise<void> {
    this.#starting ??= this.#start(host);
    return this.#starting;
  }

  /** What was not taken by `deadline` is read again at a new start; without `storage` it is lost. */
  shutdown(deadline: AbortSignal): Promise<void> {
    this.#stopping ??= this.#close(deadline);
    return this.#stopping;
  }

  async #start(host: Host): Promise<void> {
    this.#host = host;
    const { config, id } = this.#options;
    const storage =
      config.storage === undefined
        ? undefined
        : await findStorage(host, config.storage).storageClient({ kind: 'receiver', id });
    this.#position = new Position(storage);
    const kept = await this.#position.read();
    this.#last = kept ?? -1;
    this.#isSkipping = kept === undefined && config.start_at === 'end';
    this.#running = this.#run();
  }

  /** A log that cannot be read is said, and tried again. */
  async #run(): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted) {
      try {
        await this.#follow();
      } catch (error) {
        const problem = SondeError.from(error);
        this.#warnings.warn('The kernel log cannot be read', { error: problem.message });
        this.#host?.reportStatus({ state: 'recoverable', error: problem });
        await pause(REOPEN_MS, signal);
      }
    }
  }

  /** Until it is to stop. */
  async #follow(): Promise<void> {
    const { path, poll_interval: pollMs } = this.#options.config;
    const { signal } = this.#stop;
    const buffer = KernelBuffer.open(path);
    this.#host?.reportStatus({ state: 'ok' });
    try {
      for (;;) {
        const isEmpty = this.#readBatch(buffer);
        if (!(await this.#deliver())) return;
        if (isEmpty && !(await pause(pollMs, signal))) return;
        if (signal.aborted) return;
      }
    } finally {
      buffer.close();
      if (!signal.aborted || this.#isKept) this.#readHeldAgain();
    }
  }

  /** A new start goes on where this one ends. */
  get #isKept(): boolean {
    return this.#options.config.storage !== undefined;
  }

  #readHeldAgain(): void {
    const held = this.#chain?.earliestHeld(this.#source)?.number;
    if (held !== undefined) this.#last = held - 1;
    this.#chain?.flush('all');
    this.#chain?.take();
  }

  /** True when there is nothing more for now. */
  #readBatch(buffer: KernelBuffer): boolean {
    const offsetNs = clockOffsetNs();
    for (let i = 0; i < BATCH_RECORDS_MAX; i++) {
      const text = buffer.next();
      if (text === undefined) {
        this.#isSkipping = false;
        this.#flush('due');
        return true;
      }
      const record = readRecord(text);
      if (record === undefined) this.#delivery.countDropped(1, 'malformed');
      else this.#take(record, offsetNs);
    }
    return false;
  }

  #take(record: KernelRecord, offsetNs: bigint): void {
    const { sequence } = record;
    if (sequence <= this.#last) return;
    const lost = sequence - this.#last - 1;
    const isFirst = this.#last < 0;
    this.#last = sequence;
    if (this.#isSkipping) return;
    if (lost > 0 && !isFirst) this.#lose(lost);
    const entry = kernelEntry(record, offsetNs);
    entry.origin = { source: this.#source, offset: sequence, number: sequence };
    const problem = this.#labels.apply(entry);
    if (problem !== undefined) this.#warnings.warn('Failed to add attributes', { error: problem });
    if (this.#chain === undefined) {
      this.#writer.add(entry);
      return;
    }
    this.#chain.process(entry);
    for (const out of this.#chain.take()) this.#writer.add(out);
  }

  /** The kernel's memory is a ring: it does not wait for its readers. */
  #lose(records: number): void {
    this.#delivery.countDropped(records, 'overwritten');
    this.#warnings.warn('Records of the kernel log were overwritten before they were read', {
      records,
    });
  }

  #flush(what: 'due' | 'all'): void {
    if (this.#chain === undefined) return;
    this.#chain.flush(what);
    for (const entry of this.#chain.take()) this.#writer.add(entry);
  }

  /** False when the pipeline had not taken them and this is to stop. */
  async #deliver(): Promise<boolean> {
    const settled = (this.#chain?.earliestHeld(this.#source)?.number ?? this.#last + 1) - 1;
    if (this.#writer.itemCount > 0) {
      const batch = this.#writer.finish();
      const delivered = await this.#delivery.deliver(batch, this.#stop.signal);
      if (delivered === 'stopped') {
        if (!this.#isKept) this.#delivery.countDropped(batch.itemCount, 'shutdown');
        return false;
      }
    }
    try {
      // Where it ends what is passed over is known at its end.
      if (!this.#isSkipping) await this.#position?.keep(settled);
    } catch (error) {
      const problem = SondeError.from(error);
      this.#warnings.warn('Failed to set offset', { error: problem.message });
      this.#host?.reportStatus({ state: 'recoverable', error: problem });
    }
    return true;
  }

  async #close(deadline: AbortSignal): Promise<void> {
    this.#stop.abort();
    await this.#starting?.catch(() => undefined);
    await endBefore(deadline, this.#running ?? Promise.resolve());
    if (!this.#isKept && !deadline.aborted) {
      // Nobody reads again what operators hold back.
      this.#flush('all');
      await endBefore(deadline, this.#deliver());
    }
    await this.#position?.close();
  }
}
