import {
  Agent,
  type ClientRequest,
  request as httpRequest,
  type IncomingMessage,
  type RequestOptions,
} from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { RecentObjects } from '@sonde/proto';
import type { ClientInfo } from '../client-info.ts';
import type { Host } from '../component.ts';
import { SondeError } from '../errors.ts';
import { pack } from '../packing/index.ts';
import {
  type ClientAuthenticator,
  findClientAuthenticator,
  headersOf,
} from './client-authenticator.ts';
import { httpPacking } from './client-compression.ts';
import { loadClientTls } from './client-tls.ts';
import { headerObject } from './header-list.ts';
import type { HttpClientConfig } from './http-client-config.ts';
import { USER_AGENT } from './user-agent.ts';

/** Of an answer; the rest is not read and the connection closed. */
export const ANSWER_BYTES_MAX: number = 64 * 1024;

/** 307 and 308 that one request follows, as Go does. */
const REDIRECTS_MAX = 10;

const TIMEOUT_MS_NEVER = 0;

export interface HttpAnswer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  /** At most `ANSWER_BYTES_MAX`. */
  readonly body: Buffer;
  /** Where the answer came from, after redirects. */
  readonly url: string;
}

export interface HttpPost {
  readonly url: string;
  readonly contentType: string;
  readonly body: Uint8Array;
  /** Its reason is the error where it is a `SondeError`. */
  readonly signal: AbortSignal;
  /** Whose data it carries. */
  readonly client?: ClientInfo | undefined;
}

/** Posts bodies over connections that are kept. HTTP/1.1. */
export class HttpClient {
  readonly #config: HttpClientConfig;
  readonly #agent: Agent;
  readonly #tlsAgent: HttpsAgent;
  readonly #authenticator: ClientAuthenticator | undefined;

  private constructor(
    config: HttpClientConfig,
    agents: { readonly plain: Agent; readonly tls: HttpsAgent },
    authenticator: ClientAuthenticator | undefined,
  ) {
    this.#config = config;
    this.#agent = agents.plain;
    this.#tlsAgent = agents.tls;
    this.#authenticator = authenticator;
  }

  /** Reads certificates and finds the authenticator; connects to nobody. */
  static async open(config: HttpClientConfig, host: Host): Promise<HttpClient> {
    const authenticator = findClientAuthenticator(host, config.auth);
    const { ca, cert, key, minVersion, maxVersion, rejectUnauthorized } = await loadClientTls(
      config.tls,
    );
    const { server_name_override: servername } = config.tls;
    const options = agentOptions(config);
    const tls = new HttpsAgent({
      ...options,
      minVersion,
      rejectUnauthorized,
      ...(ca === undefined ? {} : { ca: [...ca] }),
      ...(cert === undefined ? {} : { cert }),
      ...(key === undefined ? {} : { key }),
      ...(maxVersion === undefined ? {} : { maxVersion }),
      ...(servername === '' ? {} : { servername }),
    });
    return new HttpClient(config, { plain: new Agent(options), tls }, authenticator);
  }

  /**
   * Resolves with any answer. Rejects with `UNAVAILABLE` where there is none, with the signal's
   * reason once it aborts. Follows 307 and 308; headers of the configuration stay with the origin.
   */
  async post(post: HttpPost): Promise<HttpAnswer> {
    const { compression } = this.#config;
    const body = await this.#packed(post.body);
    const configured = headerObject(this.#config.headers);
    const own = await headersOf(configured, this.#authenticator, post.client);
    const headers = {
      'user-agent': USER_AGENT,
      'content-type': post.contentType,
      ...(compression === 'none' ? {} : { 'content-encoding': compression }),
      'content-length': String(body.length),
    };
    const { origin } = new URL(post.url);
    let url = post.url;
    for (let redirects = 0; redirects <= REDIRECTS_MAX; redirects += 1) {
      const sent = new URL(url).origin === origin ? { ...headers, ...own } : headers;
      const answer = await this.#send(url, { headers: sent, body, signal: post.signal });
      const { location } = answer.headers;
      const moved = answer.status === 307 || answer.status === 308;
      if (!moved || location === undefined || !URL.canParse(location, url)) return answer;
      url = new URL(location, url).href;
    }
    throw new SondeError('INTERNAL', `stopped after ${REDIRECTS_MAX} redirects`);
  }

  /** Cuts what is open. */
  close(): void {
    this.#agent.destroy();
    this.#tlsAgent.destroy();
  }

  async #packed(body: Uint8Array): Promise<Uint8Array> {
    const { packing, level } = httpPacking(this.#config);
    return packing === '' ? body : await pack(body, packing, level);
  }

  async #send(url: string, sent: Sent): Promise<HttpAnswer> {
    try {
      return await this.#sendOnce(url, sent);
    } catch (error) {
      if (!(error instanceof StaleConnection)) throw error;
      // The server had closed an idle connection; nobody has seen the request.
      return await this.#sendOnce(url, sent);
    }
  }

  async #sendOnce(url: string, { headers, body, signal }: Sent): Promise<HttpAnswer> {
    if (signal.aborted) throw problemOf(signal.reason);
    const { request, answer } = this.#begin(url, headers, signal);
    request.end(body);
    return await answer;
  }

  /** Knows nothing of the body: what listens here is kept beyond the exchange. */
  #begin(url: string, headers: Sent['headers'], signal: AbortSignal): Exchange {
    const isTls = url.startsWith('https:');
    const options: RequestOptions = {
      method: 'POST',
      headers,
      agent: isTls ? this.#tlsAgent : this.#agent,
    };
    const request = (isTls ? httpsRequest : httpRequest)(url, options);
    recentRequests.keep(request);
    const answer = new Promise<HttpAnswer>((resolve, reject) => {
      request.on('response', (response) => {
        recentAnswers.keep(response);
        readAnswer(response, url).then(resolve, (error: unknown) => reject(problemOf(error)));
      });
      const cut = (): void => {
        reject(problemOf(signal.reason));
        request.destroy();
      };
      signal.addEventListener('abort', cut, { once: true });
      request.on('close', () => signal.removeEventListener('abort', cut));
      request.on('error', (error: NodeJS.ErrnoException) => {
        const stale = request.reusedSocket && STALE.has(error.code ?? '');
        reject(stale ? new StaleConnection(error) : problemOf(error));
      });
    });
    return { request, answer };
  }
}

const recentRequests = new RecentObjects();
const recentAnswers = new RecentObjects();

interface Exchange {
  readonly request: ClientRequest;
  readonly answer: Promise<HttpAnswer>;
}

interface Sent {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  readonly signal: AbortSignal;
}

const STALE: ReadonlySet<string> = new Set(['ECONNRESET', 'EPIPE']);

/** A kept connection turned out to be closed. Seen twice in a row it is an error like others. */
class StaleConnection extends SondeError {
  constructor(cause: Error) {
    super('UNAVAILABLE', cause.message, { cause });
  }
}

function problemOf(error: unknown): SondeError {
  if (error instanceof SondeError) return error;
  const message = error instanceof Error ? describe(error) : String(error);
  return new SondeError('UNAVAILABLE', message, { cause: error });
}

/** Of several addresses that were tried Node tells the errors apart from the message. */
function describe(error: Error): string {
  if (!(error instanceof AggregateError)) return error.message;
  return error.errors.map((each) => (each instanceof Error ? each.message : each)).join('; ');
}

function readAnswer(response: IncomingMessage, url: string): Promise<HttpAnswer> {
  const { statusCode: status = 0, headers } = response;
  const chunks: Buffer[] = [];
  let length = 0;
  return new Promise((resolve, reject) => {
    const done = (): void => resolve({ status, headers, body: Buffer.concat(chunks), url });
    response.on('data', (chunk: Buffer) => {
      chunks.push(chunk.subarray(0, ANSWER_BYTES_MAX - length));
      length += chunk.length;
      if (length < ANSWER_BYTES_MAX) return;
      done();
      // The rest is not read: the connection goes with it.
      response.destroy();
    });
    response.on('end', done);
    response.on('error', reject);
    response.on('close', () => reject(new Error('Premature close')));
  });
}

function agentOptions(config: HttpClientConfig): ConstructorParameters<typeof Agent>[0] {
  const perHost = config.max_idle_conns_per_host || config.max_idle_conns;
  return {
    keepAlive: !config.disable_keep_alives,
    maxSockets: config.max_conns_per_host || Number.POSITIVE_INFINITY,
    maxFreeSockets: perHost === 0 ? Number.POSITIVE_INFINITY : perHost,
    timeout: config.idle_conn_timeout > 0 ? config.idle_conn_timeout : TIMEOUT_MS_NEVER,
    scheduling: 'lifo',
  };
}
