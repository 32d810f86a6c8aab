import { EntryLabels, LogDelivery, OperatorChain, pause, WarningGate } from '@sonde/log-operators';
import {
  type Component,
  type Consumer,
  findStorage,
  type Host,
  type Logger,
  type OwnTelemetry,
  SondeError,
} from '@sonde/pipeline';
import type { FilelogConfig } from './config.ts';
import { FileEvents } from './file-events.ts';
import { FileHeader } from './file-header.ts';
import { FilePoll } from './file-poll.ts';
import { FileRegistry } from './file-registry.ts';
import { SAVE_INTERVAL_MS } from './limits.ts';
import { OffsetStore } from './offset-store.ts';
import { ReaderPool } from './reader-pool.ts';
import { EntrySink, isPlain, LineSink, type RecordSink } from './record-sink.ts';
import { Tail } from './tail.ts';

export interface FilelogOptions {
  readonly id: string;
  readonly logger: Logger;
  readonly config: FilelogConfig;
  readonly next: Consumer;
  readonly telemetry?: OwnTelemetry | undefined;
}

/**
 * Follows files. A poll finds them and says which have changed; readers read those, each file in
 * order, and go on when the pipeline has taken what they read. Positions are kept after that.
 */
export class FilelogReceiver implements Component {
  readonly #options: FilelogOptions;
  readonly #registry: FileRegistry;
  readonly #pool: ReaderPool;
  readonly #poll: FilePoll;
  readonly #warnings: WarningGate;
  readonly #events: FileEvents;
  readonly #stop: AbortController = new AbortController();
  #store: OffsetStore | undefined;
  #host: Host | undefined;
  #starting: Promise<void> | undefined;
  #stopping: Promise<void> | undefined;
  #running: Promise<void> | undefined;
  #savedAtMs = 0;
  #saving: Promise<void> = Promise.resolve();

  /** Throws for an ordering of files that is none. */
  constructor(options: FilelogOptions) {
    const { config, logger } = options;
    this.#options = options;
    this.#warnings = new WarningGate(logger);
    this.#events = new FileEvents(options.telemetry);
    const onReplaced = (tail: Tail): void => this.#replaced(tail);
    this.#registry = new FileRegistry({ fingerprintBytes: config.fingerprint_size, onReplaced });
    const labels = new EntryLabels(config);
    const delivery = new LogDelivery({ ...options, retry: config.retry_on_failure });
    this.#pool = new ReaderPool({
      config,
      delivery,
      registry: this.#registry,
      header: this.#header(),
      warnings: this.#warnings,
      events: this.#events,
      stop: this.#stop.signal,
      onReplaced,
      createSink: () => this.#sink(labels),
    });
    this.#poll = new FilePoll({
      config,
      registry: this.#registry,
      warnings: this.#warnings,
      logger,
      createTail: (path, key, gzip) =>
        new Tail({ path, key, gzip, chain: this.#chain() }, { header: this.#hasHeader }),
    });
  }

  start(host: Host): Promise<void> {
    this.#starting ??= this.#start(host);
    return this.#starting;
  }

  /** What was read is handed on until `deadline`; what is not taken is read again at a new start. */
  shutdown(deadline: AbortSignal): Promise<void> {
    this.#stopping ??= this.#close(deadline);
    return this.#stopping;
  }

  async #start(host: Host): Promise<void> {
    this.#host = host;
    const { config, id } = this.#options;
    if (config.storage !== undefined) {
      const storage = findStorage(host, config.storage);
      this.#store = new OffsetStore(await storage.storageClient({ kind: 'receiver', id }));
      const known = await this.#store.load();
      for (const file of known ?? []) this.#registry.archive(file);
      if (known !== undefined) {
        this.#poll.skipStartAt();
        this.#options.logger.info(
          "Resuming from previously known offset(s). 'start_at' setting is not applicable.",
        );
      }
    }
    // Where files end is noted before anybody may write to them because this has started.
    await this.#pollOnce();
    this.#running = this.#run();
  }

  async #run(): Promise<void> {
    const { signal } = this.#stop;
    while (await pause(this.#options.config.poll_interval, signal)) await this.#pollOnce();
  }

  /** Never rejects. */
  async #pollOnce(): Promise<void> {
    try {
      const due = await this.#poll.run();
      for (const tail of due) this.#pool.add(tail);
      this.#events.open(this.#registry.openCount);
      const now = performance.now();
      if (now - this.#savedAtMs >= SAVE_INTERVAL_MS || this.#savedAtMs === 0) await this.#save();
    } catch (error) {
      const { message } = SondeError.from(error);
      this.#warnings.warn('Failed to look for files', { error: message });
    }
  }

  /** Never rejects: what could not be kept is kept the next time. */
  #save(): Promise<void> {
    this.#saving = this.#saving.then(() => this.#saveNow());
    return this.#saving;
  }

  async #saveNow(): Promise<void> {
    const store = this.#store;
    if (store === undefined) return;
    this.#savedAtMs = performance.now();
    const { files, changed } = this.#registry.snapshot();
    try {
      await store.save(files, changed);
      this.#host?.reportStatus({ state: 'ok' });
    } catch (error) {
      this.#registry.notSaved(changed);
      const problem = SondeError.from(error);
      this.#warnings.warn('Failed to keep the positions of files', { error: problem.message });
      this.#host?.reportStatus({ state: 'recoverable', error: problem });
    }
  }

  async #close(deadline: AbortSignal): Promise<void> {
    this.#stop.abort();
    await this.#starting?.catch(() => undefined);
    await this.#running;
    await this.#pool.shutdown(deadline, { flush: this.#store === undefined });
    await this.#save();
    await Promise.all([...this.#registry.tails.values()].map((tail) => tail.source?.close()));
    this.#events.open(0);
    await this.#store?.close();
  }

  #replaced(tail: Tail): void {
    this.#options.logger.debug('File has been truncated or replaced', { path: tail.path });
    this.#registry.archive(tail.known());
    tail.restart({ header: this.#hasHeader });
  }

  get #hasHeader(): boolean {
    return this.#options.config.header !== undefined;
  }

  #chain(): OperatorChain | undefined {
    const { config, id, logger } = this.#options;
    if (config.operators.length === 0) return undefined;
    return new OperatorChain(config.operators, { receiver: id, logger });
  }

  #header(): FileHeader | undefined {
    const { config, id, logger } = this.#options;
    if (config.header === undefined) return undefined;
    const { encoding } = config;
    return new FileHeader({ config: config.header, encoding, receiver: id, logger });
  }

  #sink(labels: EntryLabels): RecordSink {
    const { config } = this.#options;
    const isSimple = config.operators.length === 0 && isPlain(config, labels);
    if (isSimple) return new LineSink(config, labels);
    return new EntrySink(config, labels, (problem) => {
      this.#warnings.warn('Failed to add attributes', { error: problem });
    });
  }
}
