import { metrics } from '@opentelemetry/api';
import { logs, SeverityNumber } from '@opentelemetry/api-logs';
import type { LogFields, Logger, LogLevel } from '@sonde/pipeline';

const SEVERITY: Readonly<Record<LogLevel, SeverityNumber>> = {
  debug: SeverityNumber.DEBUG,
  info: SeverityNumber.INFO,
  warn: SeverityNumber.WARN,
  error: SeverityNumber.ERROR,
};

/** Own log records a second; a sender that is refused without end must not fill the log page. */
const RECORDS_PER_SECOND_MAX = 20;

/**
 * A logger that writes every line where `logger` does, and lines from info on as log records of
 * Sonde's own telemetry; beyond `RECORDS_PER_SECOND_MAX` they are counted instead.
 */
export function bridgeLogs(
  logger: Logger,
  fields: LogFields = {},
  budget: RecordBudget = new RecordBudget(),
): Logger {
  const emit = (level: LogLevel, message: string, own?: LogFields): void => {
    logger[level](message, own);
    if (!budget.take()) return;
    logs.getLogger('sonde').emit({
      severityNumber: SEVERITY[level],
      severityText: level.toUpperCase(),
      body: message,
      attributes: { ...fields, ...own },
    });
  };
  return {
    debug: (message, own) => logger.debug(message, own),
    info: (message, own) => emit('info', message, own),
    warn: (message, own) => emit('warn', message, own),
    error: (message, own) => emit('error', message, own),
    with: (more) => bridgeLogs(logger.with(more), { ...fields, ...more }, budget),
  };
}

/** How many records may still leave in this second. */
export class RecordBudget {
  readonly #now: () => number;
  #second = 0;
  #taken = 0;

  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  /** False, and counted, when this second's records are used up. */
  take(): boolean {
    const second = Math.floor(this.#now() / 1000);
    if (second !== this.#second) {
      this.#second = second;
      this.#taken = 0;
    }
    this.#taken++;
    if (this.#taken <= RECORDS_PER_SECOND_MAX) return true;
    metrics
      .getMeter('sonde')
      .createCounter('sonde_own_log_records_dropped', { unit: '{records}' })
      .add(1);
    return false;
  }
}
