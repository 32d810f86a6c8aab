import {
  type CreateSettings,
  type ExportingComponent,
  SondeError,
  type Telemetry,
} from '@sonde/pipeline';
import { MalformedError, type Signal } from '@sonde/proto';
import type { FileConfig } from './config.ts';
import { FileEvents } from './file-events.ts';
import { GroupedFiles } from './grouped-files.ts';
import type { Output } from './output.ts';
import type { SharedOutputs } from './shared-outputs.ts';
import { SingleFile } from './single-file.ts';
import { errorText } from './system-error.ts';

/**
 * Writes telemetry to a file, or to files by a resource attribute. What was acknowledged is with the
 * operating system; a failed write gives the data back and leaves no half message behind.
 */
export class FileExporter implements ExportingComponent {
  readonly #signal: Signal;
  readonly #config: FileConfig;
  readonly #events: FileEvents;
  readonly #shared: SharedOutputs<FileConfig>;
  #starting: Promise<Output> | undefined;
  #output: Output | undefined;

  constructor(settings: CreateSettings, config: FileConfig, shared: SharedOutputs<FileConfig>) {
    this.#signal = settings.signal;
    this.#config = config;
    this.#shared = shared;
    this.#events = new FileEvents(settings.id, settings.logger, settings.telemetry);
  }

  async start(): Promise<void> {
    this.#starting ??= this.#shared.acquire(this.#config, () => this.#open());
    this.#output = await this.#starting;
  }

  async consume(telemetry: Telemetry): Promise<void> {
    if (this.#output === undefined) {
      throw new SondeError('SHUTTING_DOWN', 'the exporter is not running');
    }
    try {
      await this.#output.put(this.#signal, telemetry.requests);
    } catch (error) {
      if (!(error instanceof MalformedError)) throw error;
      throw new SondeError('INVALID_DATA', error.message, { cause: error });
    }
  }

  async shutdown(deadline: AbortSignal): Promise<void> {
    const output = this.#output;
    this.#output = undefined;
    if (output !== undefined) await this.#shared.release(this.#config, deadline);
  }

  async #open(): Promise<Output> {
    if (this.#config.group_by.enabled) return new GroupedFiles(this.#config, this.#events);
    try {
      return await SingleFile.open(this.#config, this.#events);
    } catch (error) {
      throw new SondeError('UNAVAILABLE', errorText(error), { cause: error });
    }
  }
}
