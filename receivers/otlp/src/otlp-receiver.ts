import {
  authentication,
  type GrpcCall,
  grpcSettings,
  Http2GrpcServer,
  HttpEndpoint,
  HttpServer,
  httpSettings,
  InFlightBytes,
  inFlightBytesMax,
  RefusalCounter,
} from '@sonde/intake';
import type {
  Component,
  Host,
  Logger,
  ReloadListener,
  SignallessCreateSettings,
} from '@sonde/pipeline';
import type { Signal } from '@sonde/proto';
import type { OtlpConfig } from './config.ts';
import { type Consumers, ExportHandler } from './export-handler.ts';
import { GRPC_EXPORTS } from './grpc-exports.ts';
import { ExportService } from './http/export-service.ts';

/** The addresses that a started receiver is bound to; undefined where a protocol is not served. */
export interface BoundAddresses {
  readonly grpc: string | undefined;
  readonly http: string | undefined;
}

/**
 * The OTLP receiver: one gRPC and one HTTP server for every signal, one handler behind them. It
 * keeps no data: a sender has its answer when the pipeline has taken the request, and not before.
 */
export class OtlpReceiver implements Component {
  readonly #config: OtlpConfig;
  readonly #handler: ExportHandler;
  readonly #inFlight: InFlightBytes;
  readonly #refusals: RefusalCounter;
  readonly #logger: Logger;
  #grpc: Http2GrpcServer<Signal> | undefined;
  #http: HttpServer | undefined;
  #addresses: BoundAddresses = { grpc: undefined, http: undefined };
  #state: 'new' | 'started' | 'stopped' = 'new';

  constructor(
    config: OtlpConfig,
    next: Consumers,
    settings: Pick<SignallessCreateSettings, 'id' | 'logger' | 'memory'>,
  ) {
    this.#config = config;
    this.#handler = new ExportHandler(next);
    this.#inFlight = new InFlightBytes(
      inFlightBytesMax(config.protocols, settings.memory),
      settings.memory,
    );
    this.#refusals = new RefusalCounter(settings);
    this.#logger = settings.logger;
  }

  get addresses(): BoundAddresses {
    return this.#addresses;
  }

  async start(host: Host): Promise<void> {
    if (this.#state !== 'new') return;
    this.#state = 'started';
    try {
      const grpc = await this.#startGrpc(host);
      const http = await this.#startHttp(host);
      this.#addresses = { grpc, http };
    } catch (error) {
      // A start that fails leaves no port open.
      await this.shutdown(AbortSignal.abort());
      throw error;
    }
  }

  async shutdown(deadline: AbortSignal): Promise<void> {
    if (this.#state !== 'started') return;
    this.#state = 'stopped';
    await Promise.all([this.#grpc?.close(deadline), this.#http?.close(deadline)]);
  }

  async #startGrpc(host: Host): Promise<string | undefined> {
    const { grpc: config } = this.#config.protocols;
    if (config === undefined) return undefined;
    const authenticate = authentication(config.auth?.authenticator, host);
    this.#grpc = new Http2GrpcServer(grpcSettings(config), {
      ...GRPC_EXPORTS,
      serves: (signal) => this.#handler.serves(signal),
      authenticate,
      openAccount: () => this.#inFlight.open(),
      call: (call) => this.#exportGrpc(call),
      refused: (signal, error) => this.#refusals.count(signal, 'grpc', error),
      dropped: () => this.#refusals.droppedConnection('grpc'),
      failed: (error) => this.#cannotAccept(host, error),
      certificates: this.#certificates,
    });
    const address = await this.#grpc.listen();
    this.#logger.info('Starting GRPC server', { endpoint: address });
    return address;
  }

  async #startHttp(host: Host): Promise<string | undefined> {
    const { http: config } = this.#config.protocols;
    if (config === undefined) return undefined;
    const settings = httpSettings(config);
    const service = new ExportService({
      config,
      handler: this.#handler,
      authenticate: authentication(config.auth?.authenticator, host),
      refused: (signal, error) => this.#refusals.count(signal, 'http', error),
    });
    const endpoint = new HttpEndpoint(settings, this.#inFlight, service);
    this.#http = new HttpServer(settings, {
      handle: (request, response) => void endpoint.serve(request, response),
      dropped: () => this.#refusals.droppedConnection('http'),
      failed: (error) => this.#cannotAccept(host, error),
      certificates: this.#certificates,
    });
    const address = await this.#http.listen();
    this.#logger.info('Starting HTTP server', { endpoint: address });
    return address;
  }

  readonly #certificates: ReloadListener = {
    reloaded: () => this.#logger.info('Certificates reloaded'),
    failed: ({ message }) => this.#logger.error('Cannot reload certificates', { error: message }),
  };

  #cannotAccept(host: Host, error: Error): void {
    this.#logger.error('Cannot accept connections', { error: error.message });
    host.reportStatus({ state: 'recoverable', error });
  }

  #exportGrpc({ method: signal, bytes, sender, client, account }: GrpcCall<Signal>): Promise<void> {
    const { tenant } = sender;
    const request = { signal, bytes, tenant, client, account };
    return this.#handler.export({ ...request, encoding: 'protobuf', transport: 'grpc' });
  }
}
