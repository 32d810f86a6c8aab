import {
  authentication,
  HttpEndpoint,
  HttpServer,
  httpSettings,
  InFlightBytes,
  inFlightBytesMax,
  RefusalCounter,
} from '@sonde/intake';
import type { Component, Consumer, Host, Logger, SignallessCreateSettings } from '@sonde/pipeline';
import type { ZipkinConfig } from './config.ts';
import { SpansService } from './spans-service.ts';

/**
 * One HTTP server for Zipkin's clients. It keeps no data: a sender has its answer when the pipeline has
 * taken the spans, and not before.
 */
export class ZipkinReceiver implements Component {
  readonly #config: ZipkinConfig;
  readonly #next: Consumer | undefined;
  readonly #memory: SignallessCreateSettings['memory'];
  readonly #logger: Logger;
  readonly #refusals: RefusalCounter;
  #server: HttpServer | undefined;
  #address: string | undefined;
  #state: 'new' | 'started' | 'stopped' = 'new';

  constructor(settings: SignallessCreateSettings, config: ZipkinConfig, next?: Consumer) {
    this.#config = config;
    this.#next = next;
    this.#logger = settings.logger;
    this.#memory = settings.memory;
    this.#refusals = new RefusalCounter(settings);
  }

  /** Where a started receiver listens. */
  get address(): string | undefined {
    return this.#address;
  }

  async start(host: Host): Promise<void> {
    if (this.#state !== 'new') return;
    this.#state = 'started';
    const config = this.#config;
    const settings = httpSettings(config);
    const inFlight = new InFlightBytes(
      inFlightBytesMax({ http: config }, this.#memory),
      this.#memory,
    );
    const service = new SpansService({
      next: this.#next,
      parseStringTags: config.parse_string_tags,
      authenticate: authentication(config.auth?.authenticator, host),
      refused: (transport, error) => this.#refusals.count('traces', transport, error),
    });
    const endpoint = new HttpEndpoint(settings, inFlight, service);
    this.#server = new HttpServer(settings, {
      handle: (request, response) => void endpoint.serve(request, response),
      dropped: () => this.#refusals.droppedConnection('http'),
      failed: (error) => {
        this.#logger.error('Cannot accept connections', { error: error.message });
        host.reportStatus({ state: 'recoverable', error });
      },
      certificates: {
        reloaded: () => this.#logger.info('Certificates reloaded'),
        failed: ({ message }) =>
          this.#logger.error('Cannot reload certificates', { error: message }),
      },
    });
    this.#address = await this.#server.listen();
    this.#logger.info('Starting HTTP server', { endpoint: this.#address });
  }

  async shutdown(deadline: AbortSignal): Promise<void> {
    if (this.#state !== 'started') return;
    this.#state = 'stopped';
    await this.#server?.close(deadline);
  }
}
