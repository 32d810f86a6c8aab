import { OwnTelemetry } from '@sonde/pipeline';

type Level = ReturnType<OwnTelemetry['upDownCounter']>;

/** The Collector's gauges of files, over all receivers of files together. */
export class FileEvents {
  readonly #open: Level;
  readonly #reading: Level;
  #openBefore = 0;

  constructor(telemetry: OwnTelemetry = new OwnTelemetry()) {
    this.#open = telemetry.upDownCounter('otelcol_fileconsumer_open_files', {
      unit: '1',
      description: 'Number of open files',
    });
    this.#reading = telemetry.upDownCounter('otelcol_fileconsumer_reading_files', {
      unit: '1',
      description: 'Number of open files that are being read',
    });
    this.#open.add(0);
    this.#reading.add(0);
  }

  /** How many files this receiver holds open now. */
  open(count: number): void {
    this.#open.add(count - this.#openBefore);
    this.#openBefore = count;
  }

  /** A file is read from now on; what is returned ends that. */
  reading(): () => void {
    this.#reading.add(1);
    return () => this.#reading.add(-1);
  }
}
