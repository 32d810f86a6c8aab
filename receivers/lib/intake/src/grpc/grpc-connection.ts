import type { Socket } from 'node:net';
import { after } from '../after.ts';
import { Http2Code } from '../http2/frames.ts';
import { Http2Connection } from '../http2/http2-connection.ts';
import type { Http2Stream } from '../http2/http2-stream.ts';
import type { RequestHeaders } from '../http2/request-headers.ts';
import type { StreamLimits } from '../http2/stream-table.ts';
import { GRPC_HANDSHAKE_TIMEOUT_MS } from '../limits.ts';
import { ClientPings, type PingPolicy } from './client-pings.ts';

/** Go's servers spread the ends of connections by a tenth, so that not all come back at once. */
const AGE_SPREAD = 0.1;

/** Milliseconds; undefined is "never". */
export interface ConnectionSettings {
  /** How long a connection may say nothing before it is pinged, and how long it may take. */
  readonly keepaliveTimeMs: number;
  readonly keepaliveTimeoutMs: number;
  readonly connectionIdleMsMax: number | undefined;
  readonly connectionAgeMsMax: number | undefined;
  readonly connectionAgeGraceMs: number | undefined;
  readonly pings: PingPolicy;
}

export interface ConnectionListener {
  requested(connection: GrpcConnection, stream: Http2Stream, headers: RequestHeaders): void;
  /** Something went wrong that is no fault of the client's. */
  failed(error: Error): void;
  closed(connection: GrpcConnection): void;
}

/** One HTTP/2 connection: its keepalive, its age, its pings and its end. */
export class GrpcConnection {
  readonly peer: string;
  readonly #http2: Http2Connection;
  readonly #settings: ConnectionSettings;
  readonly #pings: ClientPings;
  readonly #timers: Map<string, NodeJS.Timeout> = new Map();
  #callCount = 0;
  #isClosed = false;

  constructor(
    socket: Socket,
    settings: ConnectionSettings & { readonly limits: StreamLimits },
    listener: ConnectionListener,
  ) {
    this.#settings = settings;
    this.#pings = new ClientPings(settings.pings);
    this.peer = socket.remoteAddress ?? '';
    this.#http2 = new Http2Connection(socket, settings.limits, {
      greeted: () => this.#stop('handshake'),
      pinged: () => this.#takePing(),
      requested: (stream, headers) => listener.requested(this, stream, headers),
      failed: (error) => listener.failed(error),
      closed: () => {
        this.#isClosed = true;
        for (const name of this.#timers.keys()) this.#stop(name);
        listener.closed(this);
      },
    });
    this.#start('handshake', GRPC_HANDSHAKE_TIMEOUT_MS, () => this.destroy());
    this.#watch(0);
    this.#idle();
    const { connectionAgeMsMax: ageMs } = settings;
    if (ageMs !== undefined) {
      const spread = 1 + AGE_SPREAD * (2 * Math.random() - 1);
      this.#start('age', ageMs * spread, () => this.#grow());
    }
  }

  callBegan(): void {
    this.#callCount += 1;
    this.#stop('idle');
  }

  callEnded(): void {
    this.#callCount -= 1;
    this.#idle();
  }

  /** An answer is about to be sent. */
  answering(): void {
    this.#pings.excuse();
  }

  /**
   * Takes no new calls, and names the last one it took (GOAWAY), so that its client sends the others
   * elsewhere; closes when those in progress are answered. Idempotent.
   */
  drain(): void {
    this.#http2.drain();
  }

  /** Cuts it, and the calls in progress. */
  destroy(): void {
    this.#http2.destroy();
  }

  #grow(): void {
    this.drain();
    const { connectionAgeGraceMs: graceMs } = this.#settings;
    if (graceMs !== undefined) this.#start('age', graceMs, () => this.destroy());
  }

  #takePing(): void {
    if (this.#pings.isTolerable(performance.now(), this.#callCount > 0)) return;
    this.#http2.goAway(Http2Code.enhanceYourCalm, 'too_many_pings');
  }

  /** Pings when nothing was read since `bytesRead`, and cuts when there is no answer. */
  #watch(bytesRead: number): void {
    const http2 = this.#http2;
    const { keepaliveTimeMs, keepaliveTimeoutMs } = this.#settings;
    this.#start('keepalive', keepaliveTimeMs, () => {
      if (http2.bytesRead !== bytesRead) return this.#watch(http2.bytesRead);
      this.#start('keepalive', keepaliveTimeoutMs, () => this.destroy());
      http2.ping(() => this.#watch(http2.bytesRead));
    });
  }

  #idle(): void {
    const { connectionIdleMsMax: idleMs } = this.#settings;
    if (idleMs === undefined || this.#callCount > 0 || this.#http2.isGoing) return;
    this.#start('idle', idleMs, () => this.drain());
  }

  #start(name: string, ms: number, act: () => void): void {
    this.#stop(name);
    if (!this.#isClosed) this.#timers.set(name, after(ms, act));
  }

  #stop(name: string): void {
    clearTimeout(this.#timers.get(name));
    this.#timers.delete(name);
  }
}
