import { logs, SeverityNumber } from '@opentelemetry/api-logs';
import type { LogFields, Logger, LogLevel } from '@sonde/pipeline';

const SEVERITY: Readonly<Record<LogLevel, SeverityNumber>> = {
  debug: SeverityNumber.DEBUG,
  info: SeverityNumber.INFO,
  warn: SeverityNumber.WARN,
  error: SeverityNumber.ERROR,
};

/** A logger that writes every line where `logger` does, and as a log record of Sonde's own telemetry. */
export function bridgeLogs(logger: Logger, fields: LogFields = {}): Logger {
  const emit = (level: LogLevel, message: string, own?: LogFields): void => {
    logger[level](message, own);
    logs.getLogger('sonde').emit({
      severityNumber: SEVERITY[level],
      severityText: level.toUpperCase(),
      body: message,
      attributes: { ...fields, ...own },
    });
  };
  return {
    debug: (message, own) => emit('debug', message, own),
    info: (message, own) => emit('info', message, own),
    warn: (message, own) => emit('warn', message, own),
    error: (message, own) => emit('error', message, own),
    with: (more) => bridgeLogs(logger.with(more), { ...fields, ...more }),
  };
}
