import type { BuildInfo } from '../component.ts';
import type { Logger } from '../logger.ts';

/** The life of a service, in the words that scripts and alerts look for. */
export class ServiceEvents {
  readonly #logger: Logger;

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  starting({ command, version }: BuildInfo, configVersion: string): void {
    this.#logger.info(`Starting ${command}...`, {
      Version: version === '' ? undefined : version,
      config_version: configVersion,
    });
  }

  startingExtensions(): void {
    this.#logger.info('Starting extensions...');
  }

  ready(): void {
    this.#logger.info('Everything is ready. Begin running and processing data.');
  }

  failedAfterStart(component: string, error: Error | undefined): void {
    this.#logger.error('Asynchronous error received, terminating process', {
      component,
      error: error?.message,
    });
  }

  statusChanged(component: string, state: string, error: Error | undefined): void {
    const level = state === 'ok' ? 'info' : 'warn';
    this.#logger[level]('Component status changed', { component, state, error: error?.message });
  }

  shutdownStarting(): void {
    this.#logger.info('Starting shutdown...');
  }

  shutdownFailed(component: string, error: Error): void {
    this.#logger.error('Failed to shutdown component', { component, error: error.message });
  }

  /** Data it held stays with its sender or in the buffer. */
  shutdownGivenUp(component: string, deadlineMs: number): void {
    this.#logger.error('Component did not shut down in time', {
      component,
      deadline_ms: deadlineMs,
    });
  }

  shutdownComplete(): void {
    this.#logger.info('Shutdown complete.');
  }
}
