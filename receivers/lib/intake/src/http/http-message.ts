import type { IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http';
import type { Readable } from 'node:stream';

/** What a server reads of a request: Node's own of HTTP/1.1 and of HTTP/2 are both one. */
export interface HttpRequest extends Readable {
  readonly method?: string | undefined;
  readonly url?: string | undefined;
  readonly headers: IncomingHttpHeaders;
  /** Names and values in turn. */
  readonly rawHeaders?: readonly string[];
  /** Only of HTTP/1.1. */
  readonly headersDistinct?: Readonly<Record<string, string[] | undefined>>;
  /** Whether nothing more of it comes. */
  readonly complete: boolean;
  readonly socket: { readonly remoteAddress?: string | undefined };
  /** Only of HTTP/2, whose request may be cut without its connection. */
  readonly stream?: { readonly closed: boolean; close(code: number): void };
}

/** What a server does with an answer. */
export interface HttpResponse {
  readonly headersSent: boolean;
  /** False: the connection ends with this answer. Without meaning for HTTP/2. */
  shouldKeepAlive?: boolean;
  writeContinue(): void;
  write(body: Uint8Array): unknown;
  writeHead(status: number, headers: OutgoingHttpHeaders): unknown;
  end(): unknown;
  end(body: string | Uint8Array): unknown;
  destroy(): unknown;
  once(event: 'close', listener: () => void): unknown;
}
