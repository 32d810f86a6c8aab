import {
  createSecureServer,
  createServer,
  type Http2SecureServer,
  type Http2Server,
  type IncomingHttpHeaders,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from 'node:http2';
import type { GrpcLimits, ServerTls } from '@sonde/pipeline';
import {
  GRPC_HANDSHAKE_TIMEOUT_MS,
  GRPC_SESSION_MEMORY_MB_MAX,
  GRPC_STREAM_WINDOW_BYTES,
} from '../limits.ts';
import type { ListenAddress } from '../listen/listen-address.ts';
import { listen } from '../listen/listener.ts';
import { httpProblem } from './call-head.ts';
import { type ConnectionSettings, GrpcConnection } from './grpc-connection.ts';
import type { GrpcService } from './grpc-service.ts';
import { UnaryCall } from './unary-call.ts';

export interface GrpcServerSettings {
  readonly address: ListenAddress;
  readonly limits: GrpcLimits;
  readonly tls: ServerTls | undefined;
  readonly connection: ConnectionSettings;
  /** Whether the headers of a call travel with its data. */
  readonly includesMetadata: boolean;
}

/** RFC 9113, 6.5.2: what a header counts beyond its name and value. */
const HEADER_OVERHEAD_BYTES = 32;
const HEADERS_MAX = 128;

/**
 * Unary services on `node:http2`: gRPC's own protocol (grpc/doc/PROTOCOL-HTTP2.md) for unary
 * calls, at two thirds of the CPU of `@grpc/grpc-js`.
 */
export class Http2GrpcServer<M> {
  readonly #settings: GrpcServerSettings;
  readonly #service: GrpcService<M>;
  /** At most `connectionsMax`. */
  readonly #connections: Set<GrpcConnection> = new Set();
  #callCount = 0;
  #server: Http2Server | Http2SecureServer | undefined;
  #stopReloading: () => void = () => undefined;

  constructor(settings: GrpcServerSettings, service: GrpcService<M>) {
    this.#settings = settings;
    this.#service = service;
  }

  /** Resolves to the bound address. Rejects with `SondeError` and Go's text. */
  async listen(): Promise<string> {
    const server = await this.#createServer();
    server.maxConnections = this.#settings.limits.connectionsMax;
    server.on('drop', () => this.#service.dropped());
    server.on('session', (session) => this.#takeConnection(session));
    this.#server = server;
    return await listen(server, this.#settings.address, (error) => this.#service.failed(error));
  }

  /** Takes no new calls, answers those in progress; cuts what is left when `deadline` aborts. */
  async close(deadline: AbortSignal): Promise<void> {
    const server = this.#server;
    if (server === undefined) return;
    this.#server = undefined;
    this.#stopReloading();
    const cut = (): void => {
      for (const connection of this.#connections) connection.destroy();
    };
    deadline.addEventListener('abort', cut, { once: true });
    await new Promise<void>((resolve) => {
      server.close(() => resolve());
      for (const connection of this.#connections) connection.drain();
      if (deadline.aborted) cut();
    });
    deadline.removeEventListener('abort', cut);
  }

  #takeConnection(session: ServerHttp2Session): void {
    const connection = new GrpcConnection(session, this.#settings.connection);
    this.#connections.add(connection);
    session.once('close', () => this.#connections.delete(connection));
    session.on('stream', (stream, headers) => this.#takeCall(connection, stream, headers));
    // It came while the server was stopping.
    if (this.#server === undefined) connection.drain();
  }

  #takeCall(
    connection: GrpcConnection,
    stream: ServerHttp2Stream,
    headers: IncomingHttpHeaders,
  ): void {
    const status = httpProblem(headers);
    if (status !== undefined) {
      refuseHttp(stream, status);
      return;
    }
    this.#callCount += 1;
    connection.callBegan();
    stream.once('close', () => {
      this.#callCount -= 1;
      connection.callEnded();
    });
    const call = new UnaryCall(stream, {
      service: this.#service,
      limits: this.#settings.limits,
      includesMetadata: this.#settings.includesMetadata,
      peer: connection.peer,
      callCount: () => this.#callCount,
      answering: () => connection.answering(),
    });
    void call.run(headers);
  }

  async #createServer(): Promise<Http2Server | Http2SecureServer> {
    const { limits, tls } = this.#settings;
    const options = {
      maxSessionMemory: GRPC_SESSION_MEMORY_MB_MAX,
      maxHeaderListPairs: HEADERS_MAX,
      settings: {
        initialWindowSize: GRPC_STREAM_WINDOW_BYTES,
        maxConcurrentStreams: limits.concurrentStreamsMax,
        maxHeaderListSize: limits.metadataBytesMax + HEADERS_MAX * HEADER_OVERHEAD_BYTES,
        enablePush: false,
      },
    };
    if (tls === undefined) return createServer(options);
    const handshakeTimeout = GRPC_HANDSHAKE_TIMEOUT_MS;
    const server = createSecureServer({ ...options, ...(await tls.read()), handshakeTimeout });
    this.#stopReloading = tls.watch(server, this.#service.certificates);
    return server;
  }
}

/** What is no gRPC call at all. */
function refuseHttp(stream: ServerHttp2Stream, status: 405 | 415): void {
  stream.on('error', () => undefined);
  stream.respond({ ':status': status }, { endStream: true });
  stream.close();
}
