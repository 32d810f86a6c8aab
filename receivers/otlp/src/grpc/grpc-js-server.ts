import { createServer, type Server as NetServer, type Socket } from 'node:net';
import {
  type ConnectionInjector,
  type handleUnaryCall,
  Server,
  ServerCredentials,
} from '@grpc/grpc-js';
import { type GrpcLimits, SondeError } from '@sonde/pipeline';
import { EXPORT_PATHS, encodeExportResponse, SIGNALS, type Signal } from '@sonde/proto';
import type { ListenAddress } from '../listen/listen-address.ts';
import { listen } from '../listen/listener.ts';
import type { TlsFiles } from '../listen/tls-files.ts';
import { CallGuard } from './call-guard.ts';
import { statusOf } from './grpc-status.ts';
import type { GrpcExportService, OtlpGrpcServer } from './otlp-grpc-server.ts';

export interface GrpcServerSettings {
  readonly address: ListenAddress;
  readonly limits: GrpcLimits;
  readonly tls: TlsFiles | undefined;
  /** Undefined: connections live as long as their clients want. */
  readonly connectionAgeMsMax: number | undefined;
  readonly connectionAgeGraceMs: number | undefined;
  readonly connectionIdleMsMax: number | undefined;
}

const identity = (bytes: Buffer): Buffer => bytes;

/**
 * The export services on `@grpc/grpc-js`, which sees messages as bytes only.
 *
 * It listens itself and hands sockets on, so that both protocols bind alike and connections are
 * counted. grpc-js unpacks gzip and deflate and bounds messages before and after; it does not police
 * pings (`keepalive.enforcement_policy`).
 */
export class GrpcJsServer implements OtlpGrpcServer {
  readonly #settings: GrpcServerSettings;
  readonly #service: GrpcExportService;
  readonly #guard: CallGuard;
  /** At most `connectionsMax`. */
  readonly #sockets: Set<Socket> = new Set();
  #grpc: Server | undefined;
  #listener: NetServer | undefined;

  constructor(settings: GrpcServerSettings, service: GrpcExportService) {
    this.#settings = settings;
    this.#service = service;
    this.#guard = new CallGuard(service, settings.limits.metadataBytesMax);
  }

  async listen(): Promise<string> {
    const grpc = new Server({
      ...channelOptions(this.#settings),
      interceptors: [this.#guard.interceptor],
    });
    for (const signal of SIGNALS) {
      grpc.register(EXPORT_PATHS[signal].grpc, this.#handler(signal), identity, identity, 'unary');
    }
    const connections = grpc.createConnectionInjector(await credentials(this.#settings.tls));
    const listener = this.#createListener(connections);
    this.#grpc = grpc;
    this.#listener = listener;
    return await listen(listener, this.#settings.address, (error) => this.#service.failed(error));
  }

  async close(deadline: AbortSignal): Promise<void> {
    const grpc = this.#grpc;
    const listener = this.#listener;
    if (grpc === undefined || listener === undefined) return;
    this.#grpc = undefined;
    const closed = new Promise<void>((resolve) => listener.close(() => resolve()));
    // grpc-js knows its connections only with channelz on, so they are cut here.
    const cut = (): void => {
      for (const socket of this.#sockets) socket.destroy();
      grpc.forceShutdown();
    };
    deadline.addEventListener('abort', cut, { once: true });
    // Tells every client to go away (GOAWAY) once its calls are answered.
    await new Promise<void>((resolve) => {
      grpc.tryShutdown(() => resolve());
      if (deadline.aborted) cut();
    });
    await closed;
    deadline.removeEventListener('abort', cut);
  }

  #createListener(connections: ConnectionInjector): NetServer {
    const listener = createServer({ noDelay: true }, (socket) => {
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
      connections.injectConnection(socket);
    });
    listener.maxConnections = this.#settings.limits.connectionsMax;
    listener.on('drop', () => this.#service.dropped());
    return listener;
  }

  #handler(signal: Signal): handleUnaryCall<Buffer, Buffer> {
    const success = Buffer.from(encodeExportResponse(signal, 'protobuf'));
    return (call, answer) => {
      const sender = this.#guard.senderOf(call.metadata);
      if (sender === undefined) {
        answer(statusOf(new SondeError('INTERNAL', 'a call that nobody authenticated')));
        return;
      }
      this.#service.export({ signal, bytes: call.request, sender }).then(
        () => answer(null, success),
        (error: unknown) => {
          const refusal = SondeError.from(error);
          this.#service.refused(signal, refusal);
          answer(statusOf(refusal));
        },
      );
    };
  }
}

function channelOptions(settings: GrpcServerSettings): Record<string, number> {
  const { limits, connectionAgeMsMax, connectionAgeGraceMs, connectionIdleMsMax } = settings;
  const options: Record<string, number> = {
    'grpc.max_receive_message_length': limits.messageBytesMax,
    'grpc.max_concurrent_streams': limits.concurrentStreamsMax,
    'grpc.keepalive_time_ms': limits.keepaliveTimeMs,
    'grpc.keepalive_timeout_ms': limits.keepaliveTimeoutMs,
    'grpc.enable_channelz': 0,
  };
  if (connectionAgeMsMax !== undefined) options['grpc.max_connection_age_ms'] = connectionAgeMsMax;
  if (connectionAgeGraceMs !== undefined) {
    options['grpc.max_connection_age_grace_ms'] = connectionAgeGraceMs;
  }
  if (connectionIdleMsMax !== undefined) {
    options['grpc.max_connection_idle_ms'] = connectionIdleMsMax;
  }
  return options;
}

async function credentials(tls: TlsFiles | undefined): Promise<ServerCredentials> {
  if (tls === undefined) return ServerCredentials.createInsecure();
  const { key, cert, clientCa } = await tls.read();
  return ServerCredentials.createSsl(
    clientCa ?? null,
    [{ private_key: key, cert_chain: cert }],
    clientCa !== undefined,
  );
}
