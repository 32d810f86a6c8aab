import type { LogFields, Logger, LogLevel } from '../logger.ts';

type Write = (level: LogLevel, message: string, fields: LogFields) => void;

/** Lines of a thread, written by the first one: one place filters, samples and formats them. */
export class ThreadLogger implements Logger {
  readonly #write: Write;
  readonly #fields: LogFields;

  constructor(write: Write, fields: LogFields = {}) {
    this.#write = write;
    this.#fields = fields;
  }

  debug(message: string, fields?: LogFields): void {
    this.#write('debug', message, { ...this.#fields, ...fields });
  }

  info(message: string, fields?: LogFields): void {
    this.#write('info', message, { ...this.#fields, ...fields });
  }

  warn(message: string, fields?: LogFields): void {
    this.#write('warn', message, { ...this.#fields, ...fields });
  }

  error(message: string, fields?: LogFields): void {
    this.#write('error', message, { ...this.#fields, ...fields });
  }

  with(fields: LogFields): Logger {
    return new ThreadLogger(this.#write, { ...this.#fields, ...fields });
  }
}
