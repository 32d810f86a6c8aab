import { type Logger, OwnTelemetry, type SondeError } from '@sonde/pipeline';

type Counter = ReturnType<OwnTelemetry['counter']>;

/** What happens to the files of a storage. Values and keys are in none of it. */
export class StorageEvents {
  readonly #logger: Logger;
  readonly #extension: string;
  readonly #file: string;
  readonly #failures: Counter;
  readonly #compactions: Counter;
  #failing = false;

  constructor(options: {
    readonly extension: string;
    readonly file: string;
    readonly logger: Logger;
    readonly telemetry?: OwnTelemetry | undefined;
  }) {
    const { telemetry = new OwnTelemetry() } = options;
    this.#extension = options.extension;
    this.#file = options.file;
    this.#logger = options.logger;
    this.#failures = telemetry.counter('sonde_file_storage_failures', {
      unit: '{groups}',
      description: 'Groups of operations that the disk refused; their callers were told.',
    });
    this.#compactions = telemetry.counter('sonde_file_storage_compactions', {
      unit: '{compactions}',
      description: 'Rewrites of a file with what is alive in it.',
    });
  }

  /** Every one is counted, the first in a row is logged. */
  failed(error: SondeError): void {
    this.#failures.add(1, { extension: this.#extension });
    if (!this.#failing) {
      this.#logger.error('Storage refuses operations', {
        file: this.#file,
        code: error.code,
        error: error.message,
      });
    }
    this.#failing = true;
  }

  compacted(before: number, after: number): void {
    this.#failing = false;
    this.#compactions.add(1, { extension: this.#extension });
    this.#logger.info('Storage compacted', {
      file: this.#file,
      bytes_before: before,
      bytes_after: after,
    });
  }

  compactionFailed(error: SondeError): void {
    this.#logger.warn('Storage cannot be compacted, the file goes on growing', {
      file: this.#file,
      error: error.message,
    });
  }

  /** It was not acknowledged, or the system lost it together with its power. */
  tornTailCut(bytes: number): void {
    this.#logger.warn('Storage ended in the middle of a write, which was cut off', {
      file: this.#file,
      bytes,
    });
  }

  recreated(reason: string, backup: string): void {
    this.#logger.error('Storage was damaged and put aside, an empty one takes its place', {
      file: this.#file,
      reason,
      backup,
    });
  }
}
