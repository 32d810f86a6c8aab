import { createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import type { EntryMap, WarningGate } from '@sonde/log-operators';
import { listenAddress, listenProblem, ServerTls, SondeError } from '@sonde/pipeline';
import type { TcpConfig } from './config.ts';
import { HostNames } from './host-names.ts';
import { CONNECTIONS_MAX } from './limits.ts';
import { type Framing, MessageCutter } from './message-cutter.ts';
import { peerLabels } from './peer-labels.ts';

/** Where messages go. */
export interface MessageSink {
  take(message: string, labels: EntryMap | undefined, transport: 'tcp' | 'udp'): void;
  readonly full: boolean;
  drained(): Promise<void>;
}

export interface TcpInputOptions {
  readonly config: TcpConfig;
  readonly framing: Framing;
  readonly sink: MessageSink;
  readonly warnings: WarningGate;
}

/** Takes messages from connections; while the sink is full no connection is read. */
export class TcpInput {
  readonly #options: TcpInputOptions;
  readonly #names = new HostNames();
  readonly #sockets = new Set<Socket>();
  #server: Server | undefined;
  #stopReloading: () => void = () => {};

  constructor(options: TcpInputOptions) {
    this.#options = options;
  }

  /** Rejects with upstream's text when the port cannot be opened. Resolves with the port. */
  async start(): Promise<number> {
    const { config, warnings } = this.#options;
    const server = await this.#create();
    server.maxConnections = config.max_connections === 0 ? CONNECTIONS_MAX : config.max_connections;
    server.on('drop', () => warnings.warn('Too many connections: one is closed'));
    await new Promise<void>((resolve, reject) => {
      const fail = (error: Error): void => {
        const text = `failed to configure tcp listener: ${listenProblem(error)}`;
        reject(new SondeError('INTERNAL', text, { cause: error }));
      };
      server.once('error', fail);
      server.listen(listenAddress(config.listen_address), () => {
        server.off('error', fail);
        server.on('error', (error) => warnings.warn('Listener error', { error: error.message }));
        resolve();
      });
    });
    this.#server = server;
    const address = server.address();
    return typeof address === 'object' && address !== null ? address.port : 0;
  }

  /** What connections have sent so far is handed on; they are closed. */
  async close(): Promise<void> {
    this.#stopReloading();
    const server = this.#server;
    if (server === undefined) return;
    const closed = new Promise<void>((resolve) => {
      server.close(() => resolve());
    });
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  async #create(): Promise<Server> {
    const { tls } = this.#options.config;
    if (tls === undefined) return createServer((socket) => this.#serve(socket));
    const certificates = new ServerTls(tls);
    const server = createTlsServer(await certificates.read(), (socket) => this.#serve(socket));
    const { warnings } = this.#options;
    server.on('tlsClientError', (error) => {
      warnings.warn('TLS handshake failed', { error: error.message });
    });
    this.#stopReloading = certificates.watch(server, {
      reloaded: () => {},
      failed: ({ message }) => warnings.warn('Certificates cannot be read', { error: message }),
    });
    return server;
  }

  #serve(socket: Socket): void {
    const { config, framing, sink, warnings } = this.#options;
    const cutter = new MessageCutter(config, framing);
    const labels = config.add_attributes ? this.#labels(socket) : undefined;
    const hand = (messages: readonly string[]): void => {
      for (const message of messages) sink.take(message, labels, 'tcp');
    };
    this.#sockets.add(socket);
    if (config.connection_idle_timeout > 0) {
      socket.setTimeout(config.connection_idle_timeout, () => socket.destroy());
    }
    socket.on('data', (chunk: Buffer) => {
      hand(cutter.add(chunk));
      if (sink.full) void this.#hold(socket);
    });
    socket.on('error', (error) => warnings.warn('Connection failed', { error: error.message }));
    socket.once('close', () => {
      this.#sockets.delete(socket);
      hand(cutter.end());
    });
    socket.once('end', () => socket.end());
  }

  async #hold(socket: Socket): Promise<void> {
    socket.pause();
    await this.#options.sink.drained();
    socket.resume();
  }

  #labels(socket: Socket): EntryMap {
    const peer = {
      transport: 'IP.TCP',
      peerAddress: socket.remoteAddress ?? '',
      peerPort: socket.remotePort ?? 0,
      hostAddress: socket.localAddress ?? '',
      hostPort: socket.localPort ?? 0,
    } as const;
    return peerLabels(peer, this.#names);
  }
}
