import { type Logger, OwnTelemetry } from '@sonde/pipeline';

type Counter = ReturnType<OwnTelemetry['counter']>;

/** What happens to the files: a counter and, where somebody should look, a line. */
export class FileEvents {
  readonly #bytes: Counter;
  readonly #failures: Counter;
  readonly #rotations: Counter;
  readonly #ungrouped: Counter;
  readonly #labels: Readonly<Record<string, string>>;
  readonly #logger: Logger;
  #lastFailure = '';
  #ungroupedSaid = false;

  constructor(id: string, logger: Logger, telemetry: OwnTelemetry = new OwnTelemetry()) {
    this.#labels = { exporter: id };
    this.#logger = logger;
    this.#bytes = telemetry.counter('sonde_exporter_file_written_bytes', {
      unit: 'By',
      description: 'Bytes written to files.',
    });
    this.#failures = telemetry.counter('sonde_exporter_file_failures', {
      unit: '{failures}',
      description: 'Number of failed writes, rotations and openings of files, by operation.',
    });
    this.#rotations = telemetry.counter('sonde_exporter_file_rotations', {
      unit: '{files}',
      description: 'Number of files that were full and got the name of an old one.',
    });
    this.#ungrouped = telemetry.counter('sonde_exporter_file_dropped_items', {
      unit: '{items}',
      description: 'Number of items dropped because their resource names no file.',
    });
  }

  written(bytes: number): void {
    this.#bytes.add(bytes, this.#labels);
    this.#lastFailure = '';
  }

  writeFailed(path: string, reason: string): void {
    this.#fail('write', path, reason);
  }

  openFailed(path: string, reason: string): void {
    this.#fail('open', path, reason);
  }

  closeFailed(path: string, reason: string): void {
    this.#fail('close', path, reason);
  }

  rotationFailed(path: string, reason: string): void {
    this.#fail('rotate', path, reason);
  }

  /** Bytes of a frame that was not written whole are still in the file. */
  torn(path: string): void {
    this.#logger.warn('A file ends with a part of a message; it is cut off before the next.', {
      path,
    });
  }

  rotated(path: string, removed: number): void {
    this.#rotations.add(1, this.#labels);
    this.#logger.info('File was full and rotated.', { path, removed_files: removed });
  }

  /** Said once a process; the counter says how many. */
  ungrouped(items: number, reason: string): void {
    this.#ungrouped.add(items, this.#labels);
    if (this.#ungroupedSaid) return;
    this.#ungroupedSaid = true;
    this.#logger.warn('Items are dropped because their resource names no file.', { reason, items });
  }

  /** Counted each time, said when it is another failure than the last. */
  #fail(operation: string, path: string, reason: string): void {
    this.#failures.add(1, { ...this.#labels, operation });
    if (reason === this.#lastFailure) return;
    this.#lastFailure = reason;
    this.#logger.error(`Failed to ${operation} a file.`, { path, error: reason });
  }
}
