import { describeLogEvent, isLoss, isWarning, type LogEvent } from '@sonde/buffer';
import { type Logger, OwnTelemetry } from '@sonde/pipeline';

type Counter = ReturnType<OwnTelemetry['counter']>;

/** What happens in the exporter and the log below it: a counter and, where wanted, a line. */
export class BufferExporterEvents {
  readonly #records: Counter;
  readonly #bytes: Counter;
  readonly #labels: Readonly<Record<string, string>>;
  readonly #logger: Logger;

  constructor(
    labels: { readonly id: string; readonly topic: string },
    logger: Logger,
    telemetry: OwnTelemetry = new OwnTelemetry(),
  ) {
    this.#labels = { exporter: labels.id, topic: labels.topic };
    this.#logger = logger;
    this.#records = telemetry.counter('sonde_exporter_buffer_appended_records', {
      unit: '{records}',
      description: 'Number of requests that are durable in the buffer.',
    });
    this.#bytes = telemetry.counter('sonde_exporter_buffer_appended_bytes', {
      unit: 'By',
      description: 'Bytes of requests that are durable in the buffer.',
    });
  }

  appended(records: number, bytes: number): void {
    this.#records.add(records, this.#labels);
    this.#bytes.add(bytes, this.#labels);
  }

  logEvent(event: LogEvent): void {
    const message = describeLogEvent(event);
    if (isLoss(event)) this.#logger.error(message, { event: event.type });
    else if (isWarning(event)) this.#logger.warn(message, { event: event.type });
    else this.#logger.info(message, { event: event.type });
  }
}
