export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

/** Key-value pairs of one log line. Secrets never go here: values are written as they are. */
export type LogFields = Readonly<Record<string, string | number | boolean | undefined>>;

/** One line a happening, on standard error; Collector field names (`otelcol.component.id`, ...). */
export interface Logger {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
  /** A logger that adds `fields` to every line. */
  with(fields: LogFields): Logger;
}
