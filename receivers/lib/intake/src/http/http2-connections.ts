import {
  constants,
  createServer,
  type Http2Server,
  type Http2ServerRequest,
  type Http2ServerResponse,
  type Http2Session,
  type ServerHttp2Session,
} from 'node:http2';
import type { TLSSocket } from 'node:tls';
import type { HttpLimits } from '@sonde/pipeline';
import { after } from '../after.ts';
import {
  GRPC_CONNECTION_WINDOW_BYTES,
  GRPC_STREAM_WINDOW_BYTES,
  HTTP2_SESSION_MEMORY_MB_MAX,
  HTTP2_STREAMS_MAX,
} from '../limits.ts';
import type { HttpRequest, HttpResponse } from './http-message.ts';

/** RFC 9113, 6.5.2: what a header counts beyond its name and value. */
const HEADER_OVERHEAD_BYTES = 32;

export interface Http2Settings {
  readonly limits: HttpLimits;
  readonly keepAlive: boolean;
  readonly take: (request: HttpRequest, response: HttpResponse) => void;
}

/** The connections of an HTTP server whose clients chose HTTP/2, with the limits of the others. */
export class Http2Connections {
  readonly #settings: Http2Settings;
  readonly #server: Http2Server;
  /** At most the server's `connectionsMax`. */
  readonly #sessions: Set<ServerHttp2Session> = new Set();
  #isDraining = false;

  constructor(settings: Http2Settings) {
    this.#settings = settings;
    const { limits } = settings;
    this.#server = createServer({
      maxSessionMemory: HTTP2_SESSION_MEMORY_MB_MAX,
      maxHeaderListPairs: limits.headersMax,
      settings: {
        initialWindowSize: GRPC_STREAM_WINDOW_BYTES,
        maxConcurrentStreams: HTTP2_STREAMS_MAX,
        maxHeaderListSize: limits.headerBytesMax + limits.headersMax * HEADER_OVERHEAD_BYTES,
        enablePush: false,
      },
    });
    const take = (request: Http2ServerRequest, response: Http2ServerResponse): void =>
      this.#takeRequest(request, response);
    this.#server.on('session', (session) => this.#takeSession(session));
    this.#server.on('request', take);
    // A sender that asks first hears of a refusal before it sends the body.
    this.#server.on('checkContinue', take);
  }

  /** Speaks HTTP/2 on a connection; never throws. */
  take(socket: TLSSocket): void {
    this.#server.emit('connection', socket);
  }

  /** Takes no new requests (GOAWAY); connections end when theirs are answered. */
  drain(): void {
    this.#isDraining = true;
    for (const session of this.#sessions) goAway(session);
  }

  /** Cuts everything. */
  destroy(): void {
    for (const session of this.#sessions) session.destroy();
  }

  #takeSession(session: ServerHttp2Session): void {
    const { readHeaderTimeoutMs, idleTimeoutMs } = this.#settings.limits;
    this.#sessions.add(session);
    session.setLocalWindowSize(GRPC_CONNECTION_WINDOW_BYTES);
    const handshake = after(readHeaderTimeoutMs, () => session.destroy());
    session.once('remoteSettings', () => clearTimeout(handshake));
    // Node says goodbye to a peer that speaks nonsense, and leaves its socket open.
    session.on('error', () => session.destroy());
    session.once('close', () => {
      clearTimeout(handshake);
      this.#sessions.delete(session);
    });
    // Of traffic of any kind. What is in progress is answered before it ends.
    if (idleTimeoutMs > 0) session.setTimeout(idleTimeoutMs, () => goAway(session));
    if (this.#isDraining) goAway(session);
  }

  #takeRequest(request: Http2ServerRequest, response: Http2ServerResponse): void {
    const { limits, keepAlive, take } = this.#settings;
    const { stream } = request;
    const slow = after(limits.readTimeoutMs, () => stream.close(constants.NGHTTP2_CANCEL));
    request.once('end', () => clearTimeout(slow));
    response.once('close', () => clearTimeout(slow));
    if (!keepAlive && stream.session !== undefined) goAway(stream.session);
    take(request, response);
  }
}

function goAway(session: Http2Session): void {
  if (!session.closed) session.close();
}
