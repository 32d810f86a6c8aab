import {
  authentication,
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
  Consumer,
  Host,
  Logger,
  ReloadListener,
  SignallessCreateSettings,
  SondeError,
} from '@sonde/pipeline';
import { AgentPort } from './agent-port.ts';
import type { JaegerConfig, UdpConfig } from './config.ts';
import { GRPC_TRANSPORT, POST_SPANS } from './post-spans.ts';
import { SpanIntake } from './span-intake.ts';
import { THRIFT_HTTP_TRANSPORT, ThriftHttpService } from './thrift-http-service.ts';

/** The addresses that a started receiver is bound to; undefined where a protocol is not served. */
export interface JaegerAddresses {
  readonly grpc: string | undefined;
  readonly thriftHttp: string | undefined;
  readonly thriftCompact: string | undefined;
  readonly thriftBinary: string | undefined;
}

interface Server {
  listen(): Promise<string>;
  close(deadline: AbortSignal): Promise<void>;
}

const NOWHERE: JaegerAddresses = {
  grpc: undefined,
  thriftHttp: undefined,
  thriftCompact: undefined,
  thriftBinary: undefined,
};

/** A server for each of Jaeger's protocols that is configured. */
export class JaegerReceiver implements Component {
  readonly #config: JaegerConfig;
  readonly #intake: SpanIntake;
  readonly #inFlight: InFlightBytes;
  readonly #refusals: RefusalCounter;
  readonly #logger: Logger;
  readonly #servers: Server[] = [];
  #addresses: JaegerAddresses = NOWHERE;
  #state: 'new' | 'started' | 'stopped' = 'new';

  constructor(settings: SignallessCreateSettings, config: JaegerConfig, next?: Consumer) {
    const { grpc, thrift_http: http } = config.protocols;
    this.#config = config;
    this.#intake = new SpanIntake(next);
    this.#inFlight = new InFlightBytes(
      inFlightBytesMax({ grpc, http }, settings.memory),
      settings.memory,
    );
    this.#refusals = new RefusalCounter(settings);
    this.#logger = settings.logger;
  }

  get addresses(): JaegerAddresses {
    return this.#addresses;
  }

  async start(host: Host): Promise<void> {
    if (this.#state !== 'new') return;
    this.#state = 'started';
    const { thrift_compact: compact, thrift_binary: binary } = this.#config.protocols;
    try {
      this.#addresses = {
        thriftBinary: await this.#startAgent('binary', binary, host),
        thriftCompact: await this.#startAgent('compact', compact, host),
        thriftHttp: await this.#startHttp(host),
        grpc: await this.#startGrpc(host),
      };
    } catch (error) {
      // A start that fails leaves no port open.
      await this.shutdown(AbortSignal.abort());
      throw error;
    }
  }

  async shutdown(deadline: AbortSignal): Promise<void> {
    if (this.#state !== 'started') return;
    this.#state = 'stopped';
    await Promise.all(this.#servers.map((server) => server.close(deadline)));
  }

  async #startAgent(
    protocol: 'binary' | 'compact',
    config: UdpConfig | undefined,
    host: Host,
  ): Promise<string | undefined> {
    if (config === undefined) return undefined;
    const port = new AgentPort({
      config,
      protocol,
      intake: this.#intake,
      inFlight: this.#inFlight,
      refused: this.#refused,
      failed: (error) => this.#cannotReceive(host, error),
    });
    const name = protocol === 'binary' ? 'Binary' : 'Compact';
    return await this.#listen(port, `Starting UDP server for ${name} Thrift`);
  }

  async #startHttp(host: Host): Promise<string | undefined> {
    const { thrift_http: config } = this.#config.protocols;
    if (config === undefined) return undefined;
    const settings = httpSettings(config);
    const service = new ThriftHttpService({
      intake: this.#intake,
      authenticate: authentication(config.auth?.authenticator, host),
      refused: this.#refused,
    });
    const endpoint = new HttpEndpoint(settings, this.#inFlight, service);
    const server = new HttpServer(settings, {
      handle: (request, response) => void endpoint.serve(request, response),
      dropped: () => this.#refusals.droppedConnection(THRIFT_HTTP_TRANSPORT),
      failed: (error) => this.#cannotReceive(host, error),
      certificates: this.#certificates,
    });
    return await this.#listen(server, 'Starting HTTP server for Jaeger Thrift');
  }

  async #startGrpc(host: Host): Promise<string | undefined> {
    const { grpc: config } = this.#config.protocols;
    if (config === undefined) return undefined;
    const server = new Http2GrpcServer<true>(grpcSettings(config), {
      ...POST_SPANS,
      serves: () => this.#intake.serves,
      authenticate: authentication(config.auth?.authenticator, host),
      openAccount: () => this.#inFlight.open(),
      call: ({ bytes, sender, client, account }) => {
        const { tenant } = sender;
        const upload = { bytes, tenant, client, account, transport: GRPC_TRANSPORT };
        return this.#intake.take({ ...upload, format: 'post_spans' });
      },
      refused: (_, error) => this.#refused(GRPC_TRANSPORT, error),
      dropped: () => this.#refusals.droppedConnection(GRPC_TRANSPORT),
      failed: (error) => this.#cannotReceive(host, error),
      certificates: this.#certificates,
    });
    return await this.#listen(server, 'Starting gRPC server for Jaeger Protobuf');
  }

  async #listen(server: Server, words: string): Promise<string> {
    this.#servers.push(server);
    const address = await server.listen();
    this.#logger.info(words, { endpoint: address });
    return address;
  }

  readonly #refused = (transport: string, error: SondeError): void => {
    this.#refusals.count('traces', transport, error);
  };

  readonly #certificates: ReloadListener = {
    reloaded: () => this.#logger.info('Certificates reloaded'),
    failed: ({ message }) => this.#logger.error('Cannot reload certificates', { error: message }),
  };

  #cannotReceive(host: Host, error: Error): void {
    this.#logger.error('Cannot receive', { error: error.message });
    host.reportStatus({ state: 'recoverable', error });
  }
}
