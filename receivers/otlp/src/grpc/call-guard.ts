import {
  type Metadata,
  ServerInterceptingCall,
  type ServerInterceptingCallInterface,
  type ServerInterceptor,
} from '@grpc/grpc-js';
import { type Sender, SondeError } from '@sonde/pipeline';
import { EXPORT_PATHS, SIGNALS, type Signal } from '@sonde/proto';
import { GRPC_CALLS_MAX, GRPC_RECEIVE_TIMEOUT_MS, IN_FLIGHT_RETRY_AFTER_MS } from '../limits.ts';
import { statusOf } from './grpc-status.ts';
import type { GrpcExportService } from './otlp-grpc-server.ts';

const SIGNAL_BY_PATH: ReadonlyMap<string, Signal> = new Map(
  SIGNALS.map((signal) => [EXPORT_PATHS[signal].grpc, signal]),
);

/**
 * Decides on calls before their message is read: whether the signal is served, who sends, whether
 * there is room. A client that sends headers and then nothing is cut off in time.
 */
export class CallGuard {
  readonly interceptor: ServerInterceptor;
  readonly #service: GrpcExportService;
  readonly #metadataBytesMax: number;
  readonly #senders: WeakMap<Metadata, Sender> = new WeakMap();
  #calls = 0;

  constructor(service: GrpcExportService, metadataBytesMax: number) {
    this.#service = service;
    this.#metadataBytesMax = metadataBytesMax;
    this.interceptor = (method, call) => this.#intercept(SIGNAL_BY_PATH.get(method.path), call);
  }

  /** Who sends the call of that metadata; undefined when it never passed the guard. */
  senderOf(metadata: Metadata): Sender | undefined {
    return this.#senders.get(metadata);
  }

  #intercept(
    signal: Signal | undefined,
    call: ServerInterceptingCallInterface,
  ): ServerInterceptingCall {
    let timer: NodeJS.Timeout | undefined;
    return new ServerInterceptingCall(call, {
      start: (next) =>
        next({
          onReceiveMetadata: (metadata, proceed) => {
            this.#calls += 1;
            timer = setTimeout(() => call.sendStatus(statusOf(tooSlow())), GRPC_RECEIVE_TIMEOUT_MS);
            this.#admit(signal, metadata, call).then(
              () => proceed(metadata),
              (error: unknown) => this.#refuse(signal, error, call),
            );
          },
          onReceiveHalfClose: (proceed) => {
            clearTimeout(timer);
            proceed();
          },
          // Told at the end of every call, however it ended.
          onCancel: () => {
            clearTimeout(timer);
            this.#calls -= 1;
          },
        }),
    });
  }

  async #admit(
    signal: Signal | undefined,
    metadata: Metadata,
    call: ServerInterceptingCallInterface,
  ): Promise<void> {
    if (signal === undefined || !this.#service.serves(signal)) {
      throw new SondeError('UNIMPLEMENTED', `unknown service ${serviceOf(signal)}`);
    }
    if (this.#calls > GRPC_CALLS_MAX) {
      throw new SondeError('OVERLOADED', 'too many calls in progress', {
        retryAfterMs: IN_FLIGHT_RETRY_AFTER_MS,
      });
    }
    const headers = textHeaders(metadata);
    if (byteLength(headers) > this.#metadataBytesMax) {
      throw new SondeError('TOO_LARGE', `metadata is longer than ${this.#metadataBytesMax} bytes`);
    }
    const peer = call.getConnectionInfo().remoteAddress ?? '';
    this.#senders.set(metadata, await this.#service.authenticate({ headers, peer }));
  }

  #refuse(signal: Signal | undefined, error: unknown, call: ServerInterceptingCallInterface): void {
    const refusal = SondeError.from(error);
    if (signal !== undefined) this.#service.refused(signal, refusal);
    call.sendStatus(statusOf(refusal));
  }
}

/** `/package.Service/Export` without the method, as gRPC's servers word it. */
function serviceOf(signal: Signal | undefined): string {
  return signal === undefined ? '' : (EXPORT_PATHS[signal].grpc.split('/')[1] ?? '');
}

function tooSlow(): SondeError {
  return new SondeError('DEADLINE_EXCEEDED', 'the message did not arrive in time');
}

function textHeaders(metadata: Metadata): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(metadata.getMap())) {
    if (typeof value === 'string') headers[name] = value;
  }
  return headers;
}

function byteLength(headers: Readonly<Record<string, string>>): number {
  let bytes = 0;
  for (const [name, value] of Object.entries(headers)) bytes += name.length + value.length;
  return bytes;
}
