import type { IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http';

/** `cors` of the Collector's `confighttp`. */
export interface CorsSettings {
  /** Exact origins, or with one `*` in them. */
  readonly allowedOrigins: readonly string[];
  /** Besides those every browser may send; `*` allows all. */
  readonly allowedHeaders: readonly string[];
  readonly exposedHeaders: readonly string[];
  /** How long a browser keeps a preflight's answer. 0: its own default. */
  readonly maxAgeSeconds: number;
}

const HEADERS_ALWAYS_ALLOWED: readonly string[] = ['accept', 'content-type', 'x-requested-with'];

/** Decides which pages of other origins may send (the Fetch standard's CORS protocol). */
export class Cors {
  readonly #settings: CorsSettings;
  readonly #origins: readonly RegExp[];
  readonly #headers: ReadonlySet<string>;

  constructor(settings: CorsSettings) {
    this.#settings = settings;
    this.#origins = settings.allowedOrigins.map(originPattern);
    this.#headers = new Set([
      ...HEADERS_ALWAYS_ALLOWED,
      ...settings.allowedHeaders.map((header) => header.toLowerCase()),
    ]);
  }

  /** Headers for the answer to an OPTIONS request; without a grant when something is not allowed. */
  preflight(headers: IncomingHttpHeaders): OutgoingHttpHeaders {
    const grant = this.#grant(headers.origin);
    const vary = 'Origin, Access-Control-Request-Method, Access-Control-Request-Headers';
    const wanted = headers['access-control-request-headers'] ?? '';
    const isPost = headers['access-control-request-method'] === 'POST';
    if (grant === undefined || !isPost || !this.#allows(wanted)) return { Vary: vary };
    return {
      ...grant,
      Vary: vary,
      'Access-Control-Allow-Methods': 'POST',
      ...(wanted === '' ? {} : { 'Access-Control-Allow-Headers': wanted }),
      ...(this.#settings.maxAgeSeconds === 0
        ? {}
        : { 'Access-Control-Max-Age': String(this.#settings.maxAgeSeconds) }),
    };
  }

  /** Headers for every other answer. */
  answer(headers: IncomingHttpHeaders): OutgoingHttpHeaders {
    const grant = this.#grant(headers.origin);
    if (grant === undefined) return { Vary: 'Origin' };
    const exposed = this.#settings.exposedHeaders.join(', ');
    return {
      ...grant,
      Vary: 'Origin',
      ...(exposed === '' ? {} : { 'Access-Control-Expose-Headers': exposed }),
    };
  }

  #grant(origin: string | undefined): OutgoingHttpHeaders | undefined {
    if (origin === undefined) return undefined;
    if (!this.#origins.some((pattern) => pattern.test(origin.toLowerCase()))) return undefined;
    return {
      'Access-Control-Allow-Origin': origin,
      'Access-Control-Allow-Credentials': 'true',
    };
  }

  #allows(wanted: string): boolean {
    if (this.#headers.has('*')) return true;
    const names = wanted.split(',').map((name) => name.trim().toLowerCase());
    return names.every((name) => name === '' || this.#headers.has(name));
  }
}

function originPattern(origin: string): RegExp {
  const literal = origin.toLowerCase().replace(/[.+?^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`^${literal.replaceAll('*', '.*')}$`);
}
