import type { AddressInfo } from 'node:net';
import {
  type CreateSettings,
  type ExportingComponent,
  SondeError,
  type Telemetry,
} from '@sonde/pipeline';
import { type Columns, MalformedError } from '@sonde/proto';
import type { PrometheusConfig } from './config.ts';
import { PageServer } from './page-server.ts';
import { PrometheusEvents } from './prometheus-events.ts';
import { SeriesStore } from './series/series-store.ts';

/** The longest a timer of Node can wait. */
const TIMER_MS_MAX = 2 ** 31 - 1;

/** Keeps the last value of every series and shows them on a page. */
export class PrometheusExporter implements ExportingComponent {
  readonly #config: PrometheusConfig;
  readonly #store: SeriesStore;
  readonly #server: PageServer;
  #starting: Promise<void> | undefined;
  #cleaning: NodeJS.Timeout | undefined;
  #isRunning = false;

  constructor(settings: CreateSettings, config: PrometheusConfig) {
    const events = new PrometheusEvents(settings);
    this.#config = config;
    this.#store = new SeriesStore(config, events);
    this.#server = new PageServer({ config, store: this.#store, events });
  }

  /** Where it listens; undefined before it has started. */
  get address(): AddressInfo | undefined {
    return this.#server.address;
  }

  start(): Promise<void> {
    this.#starting ??= this.#start();
    return this.#starting;
  }

  async #start(): Promise<void> {
    await this.#server.start();
    // Where nobody reads the page, what is old still has to go.
    const everyMs = Math.min(Math.max(this.#config.metric_expiration, 1000), TIMER_MS_MAX);
    this.#cleaning = setInterval(() => this.#store.expire(Date.now()), everyMs).unref();
    this.#isRunning = true;
  }

  async consume(telemetry: Telemetry): Promise<void> {
    if (!this.#isRunning) throw new SondeError('SHUTTING_DOWN', 'the exporter is not running');
    const columns = columnsOf(telemetry);
    if (columns.signal === 'metrics') this.#store.add(columns, Date.now());
  }

  async shutdown(deadline: AbortSignal): Promise<void> {
    this.#isRunning = false;
    clearInterval(this.#cleaning);
    await this.#server.close(deadline);
  }
}

function columnsOf(telemetry: Telemetry): Columns {
  try {
    return telemetry.columns();
  } catch (error) {
    if (!(error instanceof MalformedError)) throw error;
    throw new SondeError('INVALID_DATA', error.message, { cause: error });
  }
}
