import {
  type Entry,
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
  type StorageClient,
} from '@sonde/pipeline';
import type { JournaldConfig } from './config.ts';
import { JournalLines } from './journal-lines.ts';
import { Journalctl } from './journalctl.ts';
import { journalctlArguments } from './journalctl-arguments.ts';
import { BATCH_ENTRIES_MAX, RAN_WELL_MS, RESTART_MS_MAX, RESTART_MS_MIN } from './limits.ts';
import { readJournalLine } from './read-journal-line.ts';

export interface JournaldOptions {
  readonly id: string;
  readonly logger: Logger;
  readonly config: JournaldConfig;
  readonly next: Consumer;
}

const CURSOR_KEY = 'lastReadCursor';

/**
 * Follows the journal through `journalctl`. Its output is read when the pipeline has taken what was
 * read before; the cursor of the last entry that was taken is kept, and a new start goes on there.
 */
export class JournaldReceiver implements Component {
  readonly #options: JournaldOptions;
  readonly #delivery: LogDelivery;
  readonly #chain: OperatorChain | undefined;
  readonly #labels: EntryLabels;
  readonly #warnings: WarningGate;
  readonly #writer: EntryWriter = new EntryWriter();
  readonly #stop: AbortController = new AbortController();
  /** Whose cursor a held back entry must not be passed by. */
  readonly #source: object = {};
  /** Cursors of entries that are not settled yet, by their number. */
  readonly #cursors = new Map<number, string>();
  #number = 0;
  #busy: Promise<unknown> = Promise.resolve();
  #cursor: string | undefined;
  #storage: StorageClient | undefined;
  #host: Host | undefined;
  #child: Journalctl | undefined;
  #starting: Promise<void> | undefined;
  #stopping: Promise<void> | undefined;
  #running: Promise<void> | undefined;

  constructor(options: JournaldOptions) {
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

  /**
   * Ends `journalctl`; what was not taken by `deadline` is read again at a new start, and lost without
   * `storage`.
   */
  shutdown(deadline: AbortSignal): Promise<void> {
    this.#stopping ??= this.#close(deadline);
    return this.#stopping;
  }

  async #start(host: Host): Promise<void> {
    this.#host = host;
    const { config, id } = this.#options;
    if (config.storage !== undefined) {
      const extension = findStorage(host, config.storage);
      this.#storage = await extension.storageClient({ kind: 'receiver', id });
      const kept = await this.#storage.get(CURSOR_KEY);
      if (kept !== undefined) this.#cursor = Buffer.from(kept).toString('utf8');
    }
    this.#running = this.#run();
  }

  /** Starts `journalctl` anew whenever it ends, later each time that it ends soon. */
  async #run(): Promise<void> {
    const { signal } = this.#stop;
    let delayMs = RESTART_MS_MIN;
    while (!signal.aborted) {
      const startedMs = performance.now();
      const reason = await this.#follow();
      if (signal.aborted) return;
      this.#warnings.warn('journalctl command exited', { error: reason });
      this.#host?.reportStatus({ state: 'recoverable', error: new Error(reason) });
      if (performance.now() - startedMs > RAN_WELL_MS) delayMs = RESTART_MS_MIN;
      await pause(delayMs, signal);
      delayMs = Math.min(delayMs * 2, RESTART_MS_MAX);
    }
  }

  /** Resolves with why it ended. */
  async #follow(): Promise<string> {
    const { config } = this.#options;
    const child = new Journalctl(config.journalctl_path, journalctlArguments(config, this.#cursor));
    this.#child = child;
    const lines = new JournalLines(() => this.#delivery.countDropped(1, 'too_large'));
    const flushing = this.#flushWhileQuiet();
    try {
      for await (const chunk of child.output) {
        if (!(await this.#take(lines.add(chunk)))) break;
      }
    } catch (error) {
      if (!this.#stop.signal.aborted) throw error;
    } finally {
      clearInterval(flushing);
      // What operators hold back is read again by the next one, where there is one.
      if (!this.#stop.signal.aborted || this.#isKept) this.#forgetHeld();
    }
    return child.ended;
  }

  /** A new start goes on where this one ends. */
  get #isKept(): boolean {
    return this.#options.config.storage !== undefined;
  }

  /** False when the pipeline had not taken them and this is to stop. */
  async #take(lines: readonly string[]): Promise<boolean> {
    for (let from = 0; from < lines.length; from += BATCH_ENTRIES_MAX) {
      for (const line of lines.slice(from, from + BATCH_ENTRIES_MAX)) this.#add(line);
      if (!(await this.#exclusive(() => this.#deliver()))) return false;
    }
    return true;
  }

  #add(line: string): void {
    try {
      const messageAsText = this.#options.config.convert_message_bytes;
      const { entry, cursor } = readJournalLine(line, { messageAsText });
      const number = this.#number++;
      this.#cursors.set(number, cursor);
      entry.origin = { source: this.#source, offset: number, number };
      const problem = this.#labels.apply(entry);
      if (problem !== undefined) {
        this.#warnings.warn('Failed to add attributes', { error: problem });
      }
      this.#process(entry);
    } catch (error) {
      this.#delivery.countDropped(1, 'malformed');
      this.#warnings.warn('Failed to parse journal entry', {
        error: SondeError.from(error).message,
      });
    }
  }

  #process(entry: Entry): void {
    if (this.#chain === undefined) {
      this.#writer.add(entry);
      return;
    }
    this.#chain.process(entry);
    for (const out of this.#chain.take()) this.#writer.add(out);
  }

  async #deliver(): Promise<boolean> {
    const settled = this.#chain?.earliestHeld(this.#source)?.number ?? this.#number;
    if (this.#writer.itemCount > 0) {
      const batch = this.#writer.finish();
      const delivered = await this.#delivery.deliver(batch, this.#stop.signal);
      if (delivered === 'stopped') {
        if (!this.#isKept) this.#delivery.countDropped(batch.itemCount, 'shutdown');
        return false;
      }
    }
    await this.#settle(settled);
    return true;
  }

  /** Entries before this number are done with: the cursor of the last one is kept. */
  async #settle(number: number): Promise<void> {
    let cursor: string | undefined;
    for (const [each, its] of this.#cursors) {
      if (each >= number) break;
      cursor = its;
      this.#cursors.delete(each);
    }
    if (cursor === undefined) return;
    this.#cursor = cursor;
    try {
      await this.#storage?.set(CURSOR_KEY, Buffer.from(cursor));
      this.#host?.reportStatus({ state: 'ok' });
    } catch (error) {
      const problem = SondeError.from(error);
      this.#warnings.warn('Failed to set offset', { error: problem.message });
      this.#host?.reportStatus({ state: 'recoverable', error: problem });
    }
  }

  /** One delivery at a time, whoever asks for it. */
  #exclusive(work: () => Promise<boolean>): Promise<boolean> {
    const done = this.#busy.then(work);
    this.#busy = done.catch(() => false);
    return done;
  }

  #flushWhileQuiet(): NodeJS.Timeout | undefined {
    const chain = this.#chain;
    if (chain === undefined || chain.holdMs === 0) return undefined;
    return setInterval(() => void this.#flush('due'), chain.holdMs);
  }

  /** Hands on what operators let go of. */
  #flush(what: 'due' | 'all'): Promise<boolean> {
    return this.#exclusive(() => {
      this.#chain?.flush(what);
      for (const entry of this.#chain?.take() ?? []) this.#writer.add(entry);
      return this.#deliver();
    });
  }

  #forgetHeld(): void {
    this.#chain?.flush('all');
    this.#chain?.take();
    this.#cursors.clear();
  }

  async #close(deadline: AbortSignal): Promise<void> {
    this.#stop.abort();
    await this.#starting?.catch(() => undefined);
    await endBefore(deadline, Promise.all([this.#child?.end(), this.#running]));
    if (deadline.aborted) await this.#child?.end();
    else if (!this.#isKept) await endBefore(deadline, this.#flush('all'));
    await this.#storage?.close();
  }
}
