import { Http2Connection, type Http2Stream } from '../http2/http2-connection.ts';
import { HTTP2_CONNECTIONS_MAX } from '../limits.ts';
import type { RecordView } from '../records/record-view.ts';
import type { Connection } from './connection.ts';

interface Followed {
  readonly http2: Http2Connection;
  connection: Connection;
}

/** The connections of HTTP/2 and the requests on them. */
export class Http2Requests {
  readonly #onFinished: (connection: Connection, stream: Http2Stream) => void;
  /** By the socket's cookie; the longest unused first. */
  readonly #byCookie = new Map<number, Followed>();
  #dropped = 0;

  constructor(onFinished: (connection: Connection, stream: Http2Stream) => void) {
    this.#onFinished = onFinished;
  }

  get size(): number {
    return this.#byCookie.size;
  }

  /** Requests that nobody could join with their answers. */
  get dropped(): number {
    return this.#dropped;
  }

  take(record: RecordView, connection: Connection): void {
    const { cookie, isRequest, isTorn, atNs, tgid } = record;
    const { framesSequence: sequence, frames: data } = record;
    const followed = this.#byCookie.get(cookie) ?? this.#open(connection);
    // The last one used goes last.
    this.#byCookie.delete(cookie);
    this.#byCookie.set(cookie, followed);
    followed.connection = connection;
    const { http2 } = followed;
    const before = http2.dropped;
    http2.take({ isRequest, isTorn, sequence, atNs, tgid, data });
    this.#dropped += http2.dropped - before;
  }

  /** The connection has another number from now on. */
  placed(former: number, cookie: number, connection: Connection | undefined): void {
    const followed = this.#byCookie.get(former);
    if (followed === undefined || connection === undefined) return;
    this.#byCookie.delete(former);
    this.#byCookie.set(cookie, followed);
    followed.connection = connection;
  }

  closed(cookie: number, atNs: number): void {
    const http2 = this.#byCookie.get(cookie)?.http2;
    if (http2 === undefined) return;
    this.#byCookie.delete(cookie);
    const before = http2.dropped;
    http2.close(atNs);
    this.#dropped += http2.dropped - before;
  }

  #open(connection: Connection): Followed {
    if (this.#byCookie.size >= HTTP2_CONNECTIONS_MAX) {
      const oldest = this.#byCookie.keys().next().value;
      if (oldest !== undefined) this.#byCookie.delete(oldest);
      this.#dropped++;
    }
    const followed: Followed = {
      http2: new Http2Connection((stream) => this.#onFinished(followed.connection, stream)),
      connection,
    };
    return followed;
  }
}
