import type { OutgoingHttpHeaders } from 'node:http';
import {
  type ClientInfo,
  type Credentials,
  clientInfo,
  metadataOfHeaders,
  type Sender,
  SondeError,
} from '@sonde/pipeline';
import type { InFlightAccount, InFlightBytes } from '../in-flight-bytes.ts';
import { packingOf } from './content-encoding.ts';
import { Cors } from './cors.ts';
import type { HttpRequest, HttpResponse } from './http-message.ts';
import type { HttpServerSettings } from './http-server.ts';
import { NOT_FOUND, type PlainAnswer } from './plain-answer.ts';
import { discardBody, lingers, readBody } from './request-body.ts';

/** A request whose body has come, unpacked. */
export interface HttpUpload {
  /** Kept: nobody may write to them afterwards. */
  readonly bytes: Uint8Array;
  readonly request: HttpRequest;
  readonly sender: Sender;
  readonly client: ClientInfo;
  /** Holds `bytes` already; the endpoint closes it. */
  readonly account: InFlightAccount;
}

/** What a receiver answers on its routes `R`; the endpoint does the rest. */
export interface HttpService<R> {
  /** What a path is for (without its query); undefined: 404. */
  route(path: string, request: HttpRequest): R | undefined;
  /** Rejects with `SondeError`. */
  authenticate(credentials: Credentials): Promise<Sender>;
  /** An answer to a request whose body need not be read; may throw `SondeError`. */
  admit(route: R, request: HttpRequest): PlainAnswer | undefined;
  /** Resolves when the data is safe. Rejects with `SondeError`. */
  take(route: R, upload: HttpUpload): Promise<PlainAnswer>;
  refusal(error: SondeError, request: HttpRequest): PlainAnswer;
  /** Told of every refusal of a request that has a route. */
  refused(route: R, error: SondeError): void;
}

interface Exchange {
  readonly request: HttpRequest;
  readonly response: HttpResponse;
}

/** Answers uploads by HTTP: CORS, authentication, limits and packings in the Collector's order. */
export class HttpEndpoint<R> {
  readonly #settings: HttpServerSettings;
  readonly #inFlight: InFlightBytes;
  readonly #service: HttpService<R>;
  readonly #cors: Cors | undefined;

  constructor(settings: HttpServerSettings, inFlight: InFlightBytes, service: HttpService<R>) {
    this.#settings = settings;
    this.#inFlight = inFlight;
    this.#service = service;
    this.#cors = settings.cors === undefined ? undefined : new Cors(settings.cors);
  }

  /** Answers the request; never rejects and never throws. */
  async serve(request: HttpRequest, response: HttpResponse): Promise<void> {
    const exchange = { request, response };
    const route = this.#service.route(pathOf(request), request);
    try {
      const answer = await this.#answer(route, exchange);
      if (answer !== undefined) this.#send(exchange, answer);
    } catch (error) {
      const refused = SondeError.from(error);
      if (route !== undefined) this.#service.refused(route, refused);
      this.#refuse(refused, exchange);
    }
    discardBody(request, response, this.#settings.limits);
  }

  /** Undefined where the answer was sent already. */
  async #answer(route: R | undefined, exchange: Exchange): Promise<PlainAnswer | undefined> {
    const { request } = exchange;
    if (route === undefined) return NOT_FOUND;
    if (this.#isPreflight(request)) return this.#sendPreflight(exchange);
    const { headers, socket } = request;
    const peer = socket.remoteAddress ?? '';
    const sender = await this.#service.authenticate({ headers: single(headers), peer });
    return this.#service.admit(route, request) ?? (await this.#take(route, sender, exchange));
  }

  async #take(route: R, sender: Sender, exchange: Exchange): Promise<PlainAnswer> {
    const { limits, contentEncodings } = this.#settings;
    const { request } = exchange;
    const packing = packingOf(request.headers['content-encoding'], contentEncodings);
    const account = this.#inFlight.open();
    try {
      const bytes = await readBody({ ...exchange, packing, limits, account });
      const client = this.#client(request, sender);
      return await this.#service.take(route, { bytes, request, sender, client, account });
    } finally {
      account.close();
    }
  }

  #client(request: HttpRequest, { attributes: auth }: Sender): ClientInfo {
    const { includesMetadata } = this.#settings;
    const { headersDistinct, headers, socket } = request;
    return clientInfo({
      address: socket.remoteAddress ?? '',
      ...(auth === undefined ? {} : { auth }),
      ...(includesMetadata ? { metadata: metadataOfHeaders(headersDistinct ?? headers) } : {}),
    });
  }

  #isPreflight({ method, headers }: HttpRequest): boolean {
    if (this.#cors === undefined || method !== 'OPTIONS') return false;
    return headers['access-control-request-method'] !== undefined;
  }

  #sendPreflight({ request, response }: Exchange): undefined {
    const granted = this.#cors?.preflight(request.headers) ?? {};
    response.writeHead(204, { ...this.#settings.responseHeaders, ...granted });
    response.end();
    return undefined;
  }

  #refuse(error: SondeError, exchange: Exchange): void {
    // A failure after the answer began can only be shown by cutting it.
    if (exchange.response.headersSent) exchange.response.destroy();
    else this.#send(exchange, this.#service.refusal(error, exchange.request));
  }

  #send({ request, response }: Exchange, answer: PlainAnswer): void {
    const headers: OutgoingHttpHeaders = {
      ...this.#settings.responseHeaders,
      ...this.#cors?.answer(request.headers),
      ...answer.headers,
      'Content-Type': answer.contentType,
      'Content-Length': answer.body.length,
    };
    const isEarly = !request.complete;
    // The rest of a body nobody reads would be taken for the next request.
    if (isEarly) response.shouldKeepAlive = false;
    response.writeHead(answer.status, headers);
    // The end of an early answer closes the connection: `discardBody` lets the sender finish first.
    if (isEarly && lingers(request)) response.write(answer.body);
    else response.end(answer.body);
  }
}

/** What a client sends that takes the server for a proxy (RFC 9112, 3.2.2). */
const ABSOLUTE_FORM = /^https?:\/\/[^/?]*/i;

function pathOf({ url = '' }: HttpRequest): string {
  const target = url.startsWith('/') ? url : url.replace(ABSOLUTE_FORM, '');
  const query = target.indexOf('?');
  return query === -1 ? target : target.slice(0, query);
}

function single(headers: HttpRequest['headers']): Record<string, string | undefined> {
  const all: Record<string, string | undefined> = {};
  for (const [name, value] of Object.entries(headers)) {
    all[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  return all;
}
