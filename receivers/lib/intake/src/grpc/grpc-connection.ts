import { constants, type ServerHttp2Session } from 'node:http2';
import { after } from '../after.ts';
import { GRPC_CONNECTION_WINDOW_BYTES, GRPC_HANDSHAKE_TIMEOUT_MS } from '../limits.ts';
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

/** One HTTP/2 connection: its keepalive, its age, its pings and its end. */
export class GrpcConnection {
  readonly peer: string;
  readonly #session: ServerHttp2Session;
  readonly #settings: ConnectionSettings;
  readonly #pings: ClientPings;
  readonly #timers: Map<string, NodeJS.Timeout> = new Map();
  #callCount = 0;

  constructor(session: ServerHttp2Session, settings: ConnectionSettings) {
    this.#session = session;
    this.#settings = settings;
    this.#pings = new ClientPings(settings.pings);
    this.peer = session.socket.remoteAddress ?? '';
    session.setLocalWindowSize(GRPC_CONNECTION_WINDOW_BYTES);
    session.once('remoteSettings', () => this.#stop('handshake'));
    session.on('ping', () => this.#takePing());
    // Node says goodbye to a peer that speaks nonsense, and leaves its socket open.
    session.on('error', () => session.destroy());
    session.once('close', () => this.#stopAll());
    this.#start('handshake', GRPC_HANDSHAKE_TIMEOUT_MS, () => session.destroy());
    this.#watch(session.socket.bytesRead);
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
    if (!this.#session.closed) this.#session.close();
  }

  /** Cuts it, and the calls in progress. */
  destroy(): void {
    this.#session.destroy();
  }

  #grow(): void {
    this.drain();
    const { connectionAgeGraceMs: graceMs } = this.#settings;
    if (graceMs !== undefined) this.#start('age', graceMs, () => this.destroy());
  }

  #takePing(): void {
    if (this.#pings.isTolerable(performance.now(), this.#callCount > 0)) return;
    const session = this.#session;
    const words = Buffer.from('too_many_pings');
    session.goaway(constants.NGHTTP2_ENHANCE_YOUR_CALM, 0, words);
    session.destroy();
  }

  /** Pings when nothing was read since `bytesRead`, and cuts when there is no answer. */
  #watch(bytesRead: number): void {
    const session = this.#session;
    const { keepaliveTimeMs, keepaliveTimeoutMs } = this.#settings;
    this.#start('keepalive', keepaliveTimeMs, () => {
      if (session.destroyed) return;
      const now = this.#bytesRead();
      if (now !== bytesRead) return this.#watch(now);
      this.#start('keepalive', keepaliveTimeoutMs, () => session.destroy());
      const isSent = session.ping(() => this.#watch(this.#bytesRead()));
      if (!isSent) session.destroy();
    });
  }

  /** Node takes the socket away from a session that breaks, before it says that it is closed. */
  #bytesRead(): number {
    const socket: { readonly bytesRead: number } | undefined = this.#session.socket;
    return socket?.bytesRead ?? 0;
  }

  #idle(): void {
    const { connectionIdleMsMax: idleMs } = this.#settings;
    if (idleMs === undefined || this.#callCount > 0 || this.#session.closed) return;
    this.#start('idle', idleMs, () => this.drain());
  }

  #start(name: string, ms: number, act: () => void): void {
    this.#stop(name);
    if (!this.#session.destroyed) this.#timers.set(name, after(ms, act));
  }

  #stop(name: string): void {
    clearTimeout(this.#timers.get(name));
    this.#timers.delete(name);
  }

  #stopAll(): void {
    for (const name of this.#timers.keys()) this.#stop(name);
  }
}
