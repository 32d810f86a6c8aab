import { type Logger, OwnTelemetry } from '@sonde/pipeline';

type Counter = ReturnType<OwnTelemetry['counter']>;

/** What happens in the exporter: a counter and, where somebody should look, a line. */
export class ClickHouseEvents {
  readonly #rows: Counter;
  readonly #bytes: Counter;
  readonly #moved: Counter;
  readonly #labels: Readonly<Record<string, string>>;
  readonly #logger: Logger;
  #movedSaid = false;

  constructor(id: string, logger: Logger, telemetry: OwnTelemetry = new OwnTelemetry()) {
    this.#labels = { exporter: id };
    this.#logger = logger;
    this.#rows = telemetry.counter('sonde_exporter_clickhouse_rows', {
      unit: '{rows}',
      description: 'Number of rows the store confirmed, by table.',
    });
    this.#bytes = telemetry.counter('sonde_exporter_clickhouse_bytes', {
      unit: 'By',
      description: 'Bytes of Native blocks the store confirmed, before compression, by table.',
    });
    this.#moved = telemetry.counter('sonde_exporter_clickhouse_moved_rows', {
      unit: '{rows}',
      description:
        'Number of rows stored at the time of receipt because their time is too far off.',
    });
  }

  inserted(table: string, rows: number, bytes: number): void {
    const labels = { ...this.#labels, table };
    this.#rows.add(rows, labels);
    this.#bytes.add(bytes, labels);
  }

  /** Said once a process; the counter says how many. */
  moved(rows: number): void {
    if (rows === 0) return;
    this.#moved.add(rows, this.#labels);
    if (this.#movedSaid) return;
    this.#movedSaid = true;
    this.#logger.warn('Rows with a time too far from now are stored at the time of receipt.', {
      rows,
      hint: 'look at the clocks of their senders; sent_unix_nano has the time that was sent',
    });
  }
}
