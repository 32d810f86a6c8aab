import { createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer, type TLSSocket } from 'node:tls';
import type { GrpcLimits, ServerTls } from '@sonde/pipeline';
import type { Http2Stream } from '../http2/http2-stream.ts';
import type { RequestHeaders } from '../http2/request-headers.ts';
import type { StreamLimits } from '../http2/stream-table.ts';
import {
  GRPC_CONNECTION_WINDOW_BYTES,
  GRPC_HANDSHAKE_TIMEOUT_MS,
  GRPC_STREAM_WINDOW_BYTES,
} from '../limits.ts';
import type { ListenAddress } from '../listen/listen-address.ts';
import { listen } from '../listen/listener.ts';
import { httpProblem } from './call-head.ts';
import { type ConnectionSettings, GrpcConnection } from './grpc-connection.ts';
import type { GrpcService } from './grpc-service.ts';
import { refuseHttp } from './http-refusal.ts';
import { UnaryCall } from './unary-call.ts';

export interface GrpcServerSettings {
  readonly address: ListenAddress;
  readonly limits: GrpcLimits;
  readonly tls: ServerTls | undefined;
  readonly connection: ConnectionSettings;
  /** Whether the headers of a call travel with its data. */
  readonly includesMetadata: boolean;
}

/** What a client over TLS must choose (RFC 9113, 3.2), as gRPC's servers ask. */
const ALPN = 'h2';

/**
 * Unary services: gRPC's own protocol (grpc/doc/PROTOCOL-HTTP2.md) on an HTTP/2 of ours, which copies
 * a message once, from the socket to where it stays.
 */
export class Http2GrpcServer<M> {
  readonly #settings: GrpcServerSettings;
  readonly #service: GrpcService<M>;
  /** At most `connectionsMax`, those that still shake hands among them. */
  readonly #sockets: Set<Socket> = new Set();
  readonly #connections: Set<GrpcConnection> = new Set();
  #callCount = 0;
  #server: Server | undefined;
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
    server.on('connection', (socket: Socket) => {
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
    });
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
      for (const socket of this.#sockets) socket.destroy();
    };
    deadline.addEventListener('abort', cut, { once: true });
    await new Promise<void>((resolve) => {
      server.close(() => resolve());
      for (const connection of this.#connections) connection.drain();
      if (deadline.aborted) cut();
    });
    deadline.removeEventListener('abort', cut);
  }

  #takeConnection(socket: Socket): void {
    const { connection: settings } = this.#settings;
    const limits = this.#streamLimits();
    const connection = new GrpcConnection(
      socket,
      { ...settings, limits },
      {
        requested: (from, stream, headers) => this.#takeRequest(from, stream, headers),
        failed: (error) => this.#service.failed(error),
        closed: (closed) => this.#connections.delete(closed),
      },
    );
    this.#connections.add(connection);
    // It came while the server was stopping.
    if (this.#server === undefined) connection.drain();
  }

  #takeRequest(connection: GrpcConnection, stream: Http2Stream, headers: RequestHeaders): void {
    const status = httpProblem(headers);
    if (status !== undefined) {
      refuseHttp(stream, status);
      return;
    }
    this.#callCount += 1;
    connection.callBegan();
    const { limits, includesMetadata } = this.#settings;
    const call = new UnaryCall(stream, headers, {
      service: this.#service,
      limits,
      includesMetadata,
      peer: connection.peer,
      callCount: () => this.#callCount,
      answering: () => connection.answering(),
      ended: () => {
        this.#callCount -= 1;
        connection.callEnded();
      },
    });
    void call.run();
  }

  #streamLimits(): StreamLimits {
    const { limits } = this.#settings;
    return {
      streamsMax: limits.concurrentStreamsMax,
      headerBytesMax: limits.metadataBytesMax,
      streamWindowBytes: GRPC_STREAM_WINDOW_BYTES,
      connectionWindowBytes: GRPC_CONNECTION_WINDOW_BYTES,
    };
  }

  async #createServer(): Promise<Server> {
    const { tls } = this.#settings;
    const options = { noDelay: true };
    if (tls === undefined) {
      const server = createServer(options);
      server.on('connection', (socket) => this.#takeConnection(socket));
      return server;
    }
    const server = createTlsServer({
      ...options,
      ...(await tls.read()),
      ALPNProtocols: [ALPN],
      handshakeTimeout: GRPC_HANDSHAKE_TIMEOUT_MS,
    });
    server.on('secureConnection', (socket: TLSSocket) => {
      if (socket.alpnProtocol === ALPN) this.#takeConnection(socket);
      else socket.destroy();
    });
    this.#stopReloading = tls.watch(server, this.#service.certificates);
    return server;
  }
}
