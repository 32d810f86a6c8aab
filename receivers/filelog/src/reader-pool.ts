import { unlink } from 'node:fs/promises';
import { type EntryMap, endBefore, type LogDelivery, type WarningGate } from '@sonde/log-operators';
import { openFile } from './byte-source.ts';
import type { FilelogConfig } from './config.ts';
import type { FileEvents } from './file-events.ts';
import type { FileHeader } from './file-header.ts';
import { FileLabels } from './file-labels.ts';
import type { FileRegistry } from './file-registry.ts';
import { DEPARTED_QUIET_MS, READERS_MAX } from './limits.ts';
import type { RecordSink } from './record-sink.ts';
import type { Tail } from './tail.ts';
import { TailReader } from './tail-reader.ts';

export interface ReaderPoolOptions {
  readonly config: FilelogConfig;
  readonly delivery: LogDelivery;
  readonly registry: FileRegistry;
  readonly header: FileHeader | undefined;
  readonly warnings: WarningGate;
  readonly events: FileEvents;
  readonly stop: AbortSignal;
  readonly onReplaced: (tail: Tail) => void;
  readonly createSink: () => RecordSink;
}

/** Files that wait to be read, and the readers that read them: at most `READERS_MAX` at a time. */
export class ReaderPool {
  readonly #options: ReaderPoolOptions;
  readonly #labels: FileLabels;
  readonly #idle: TailReader[] = [];
  readonly #waiting: Tail[] = [];
  readonly #running = new Set<Promise<void>>();
  #readers = 0;

  constructor(options: ReaderPoolOptions) {
    this.#options = options;
    this.#labels = new FileLabels(options.config);
  }

  /** A file that waits or is being read already is not added twice. */
  add(tail: Tail): void {
    if (tail.busy) return;
    tail.busy = true;
    this.#waiting.push(tail);
    this.#next();
  }

  /** Lets readers end until `deadline`. `flush` hands on what operators hold back. */
  async shutdown(deadline: AbortSignal, { flush }: { readonly flush: boolean }): Promise<void> {
    // Nobody reads them any more: what they hold back is handed on, too.
    for (const tail of this.#waiting.splice(0)) tail.busy = false;
    await endBefore(deadline, Promise.all(this.#running));
    if (!flush || deadline.aborted) return;
    const reader = this.#idle.pop() ?? this.#createReader();
    for (const tail of this.#options.registry.tails.values()) {
      if (tail.holdsBack && !tail.busy) await reader.flush(tail, await this.#labelsOf(tail));
    }
  }

  #next(): void {
    while (this.#waiting.length > 0 && !this.#options.stop.aborted) {
      const reader =
        this.#idle.pop() ?? (this.#readers < READERS_MAX ? this.#createReader() : undefined);
      if (reader === undefined) return;
      const tail = this.#waiting.shift();
      if (tail === undefined) return;
      const running = this.#read(reader, tail).finally(() => {
        this.#running.delete(running);
        this.#idle.push(reader);
        this.#next();
      });
      this.#running.add(running);
    }
  }

  #createReader(): TailReader {
    const { createSink, events: _, ...options } = this.#options;
    this.#readers++;
    return new TailReader({ ...options, sink: createSink() });
  }

  /** Never rejects. */
  async #read(reader: TailReader, tail: Tail): Promise<void> {
    const { stop, warnings, events } = this.#options;
    const done = events.reading();
    try {
      if (!(await this.#open(tail))) return;
      const { delete_after_read: deletes } = this.#options.config;
      const isQuiet = performance.now() - tail.quietSinceMs >= DEPARTED_QUIET_MS;
      const final = deletes || (tail.departed && isQuiet);
      const labels = await this.#labelsOf(tail);
      const result = await reader.read(tail, { final, labels, stop });
      if (result === 'end' && final) await this.#leave(tail, deletes);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      warnings.warn('Failed to read file', { path: tail.path, error: reason });
      tail.due = true;
    } finally {
      done();
      tail.busy = false;
      await this.#closeOthers();
    }
  }

  /** False when the file is not there any more. */
  async #open(tail: Tail): Promise<boolean> {
    if (tail.source !== undefined) return true;
    try {
      const opened = await openFile(tail.path, { gzip: tail.gzip });
      if (opened.key === tail.key) {
        tail.opened(opened);
        return true;
      }
      await opened.source.close();
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? error.code : undefined;
      if (code !== 'ENOENT') throw error;
    }
    // It was not open when it went away: what was left of it is gone.
    await this.#leave(tail, false);
    return false;
  }

  async #leave(tail: Tail, deletes: boolean): Promise<void> {
    const { registry } = this.#options;
    if (deletes) await unlink(tail.path);
    else registry.archive(tail.known());
    registry.remove(tail);
    await tail.source?.close();
    tail.source = undefined;
  }

  async #labelsOf(tail: Tail): Promise<EntryMap> {
    tail.attributes ??= await this.#labels.of(tail.path);
    return tail.attributes;
  }

  /** No more files stay open than `max_concurrent_files`; one that has departed can only be read so. */
  async #closeOthers(): Promise<void> {
    const { registry, config } = this.#options;
    for (const tail of registry.openBeyond(config.max_concurrent_files)) {
      const { source } = tail;
      tail.source = undefined;
      await source?.close();
    }
  }
}
