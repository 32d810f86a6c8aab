import type { MeterProvider } from '@opentelemetry/api';
import type { OwnTelemetryConfig } from '../config/telemetry-config.ts';

/** The own telemetry of a process while it runs. */
export interface RunningTelemetry {
  readonly meterProvider: MeterProvider;
  /** Sends what is left and closes ports; never rejects. */
  end(): Promise<void>;
}

/** Makes what `service.telemetry` describes. Rejects when a port of it cannot be opened. */
export type TelemetryStarter = (config: OwnTelemetryConfig) => Promise<RunningTelemetry>;

/** Own telemetry over reloads: it goes on while its configuration stays the same. */
export class TelemetrySlot {
  readonly #start: TelemetryStarter | undefined;
  #running: RunningTelemetry | undefined;
  #key: string | undefined;

  constructor(start: TelemetryStarter | undefined) {
    this.#start = start;
  }

  /** The meter provider for `config`; undefined where nobody makes one. */
  async use(config: OwnTelemetryConfig): Promise<MeterProvider | undefined> {
    const key = JSON.stringify(config);
    if (key !== this.#key) {
      await this.end();
      this.#running = await this.#start?.(config);
      this.#key = key;
    }
    return this.#running?.meterProvider;
  }

  async end(): Promise<void> {
    const running = this.#running;
    this.#running = undefined;
    this.#key = undefined;
    await running?.end();
  }
}
