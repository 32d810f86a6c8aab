import type { LogConfig } from './config/telemetry-config.ts';
import { LogSampler } from './log-sampler.ts';
import type { LogFields, Logger, LogLevel } from './logger.ts';

export interface ConsoleLoggerOptions {
  readonly level?: LogLevel;
  readonly encoding?: 'console' | 'json';
  /** Undefined lets every line through. */
  readonly sampling?: LogConfig['sampling'];
  readonly initialFields?: Readonly<Record<string, unknown>>;
  /** Takes a line with its end; standard error by default. */
  readonly write?: (line: string) => void;
  /** Milliseconds since the epoch. */
  readonly now?: () => number;
}

const SEVERITY: Readonly<Record<LogLevel, number>> = { debug: 0, info: 1, warn: 2, error: 3 };

/**
 * Lines as the Collector writes them: time, level, message and fields as JSON, divided by tabs; or
 * one JSON object a line (`encoding: json`) with `ts`, `level` and `msg`.
 */
export function createConsoleLogger(options: ConsoleLoggerOptions = {}): Logger {
  const { sampling, now = Date.now } = options;
  const sink: Sink = {
    severityMin: SEVERITY[options.level ?? 'info'],
    format: options.encoding === 'json' ? formatJson : formatConsole,
    write: options.write ?? writeToStandardError,
    now,
    sampler: sampling === undefined ? undefined : new LogSampler(sampling, now),
  };
  return new ConsoleLogger(sink, options.initialFields ?? {});
}

interface Sink {
  readonly severityMin: number;
  readonly format: (line: Line) => string;
  readonly write: (line: string) => void;
  readonly now: () => number;
  readonly sampler: LogSampler | undefined;
}

interface Line {
  readonly time: string;
  readonly level: LogLevel;
  readonly message: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

class ConsoleLogger implements Logger {
  readonly #sink: Sink;
  readonly #fields: Readonly<Record<string, unknown>>;

  constructor(sink: Sink, fields: Readonly<Record<string, unknown>>) {
    this.#sink = sink;
    this.#fields = fields;
  }

  debug(message: string, fields?: LogFields): void {
    this.#log('debug', message, fields);
  }

  info(message: string, fields?: LogFields): void {
    this.#log('info', message, fields);
  }

  warn(message: string, fields?: LogFields): void {
    this.#log('warn', message, fields);
  }

  error(message: string, fields?: LogFields): void {
    this.#log('error', message, fields);
  }

  with(fields: LogFields): Logger {
    return new ConsoleLogger(this.#sink, { ...this.#fields, ...fields });
  }

  #log(level: LogLevel, message: string, fields: LogFields | undefined): void {
    const { severityMin, sampler, now, format, write } = this.#sink;
    if (SEVERITY[level] < severityMin) return;
    if (sampler !== undefined && !sampler.admits(level, message)) return;
    const time = new Date(now()).toISOString();
    write(`${format({ time, level, message, fields: { ...this.#fields, ...fields } })}\n`);
  }
}

function formatConsole({ time, level, message, fields }: Line): string {
  const json = JSON.stringify(fields);
  return [time, level, oneLine(message), ...(json === '{}' ? [] : [json])].join('\t');
}

function formatJson({ time, level, message, fields }: Line): string {
  return JSON.stringify({ ts: time, level, msg: message, ...fields });
}

/** Text from outside may not begin a line of its own. */
function oneLine(message: string): string {
  return message.replaceAll('\r', '\\r').replaceAll('\n', '\\n');
}

function writeToStandardError(line: string): void {
  process.stderr.write(line);
}
