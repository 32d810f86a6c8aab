import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import {
  type ClientInfo,
  type Credentials,
  clientInfo,
  metadataOfHeaders,
  type Sender,
  SondeError,
} from '@sonde/pipeline';
import type { Encoding, Signal } from '@sonde/proto';
import type { ExportHandler } from '../export-handler.ts';
import type { InFlightBytes } from '../in-flight-bytes.ts';
import { packingOf } from './content-encoding.ts';
import { Cors } from './cors.ts';
import {
  encodingOf,
  METHOD_NOT_ALLOWED,
  NOT_FOUND,
  type PlainAnswer,
  refusal,
  success,
  UNSUPPORTED_MEDIA_TYPE,
} from './http-answers.ts';
import type { HttpServerSettings } from './otlp-http-server.ts';
import { discardBody, readBody } from './request-body.ts';

export interface ExportEndpointOptions {
  readonly settings: HttpServerSettings;
  readonly handler: ExportHandler;
  readonly inFlight: InFlightBytes;
  authenticate(credentials: Credentials): Promise<Sender>;
  /** Told of every refusal of a request for a signal. */
  refused(signal: Signal, error: SondeError): void;
}

interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

/** Answers HTTP requests: what OTLP/HTTP says, in the order in which the Collector checks it. */
export class ExportEndpoint {
  readonly #options: ExportEndpointOptions;
  readonly #cors: Cors | undefined;

  constructor(options: ExportEndpointOptions) {
    this.#options = options;
    const { cors } = options.settings;
    this.#cors = cors === undefined ? undefined : new Cors(cors);
  }

  /** Answers the request; never rejects and never throws. */
  async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const encoding = encodingOf(request.headers['content-type']);
    const signal = this.#signal(request.url ?? '');
    try {
      await this.#answer(signal, encoding, request, response);
    } catch (error) {
      const refused = SondeError.from(error);
      if (signal !== undefined) this.#options.refused(signal, refused);
      this.#refuse(refused, encoding, { request, response });
    }
    discardBody(request, response, this.#options.settings.limits);
  }

  async #answer(
    signal: Signal | undefined,
    encoding: Encoding | undefined,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    if (signal === undefined) return this.#send(request, response, NOT_FOUND);
    if (this.#isPreflight(request)) return this.#sendPreflight(request, response);
    const sender = await this.#authenticate(request);
    if (request.method !== 'POST') return this.#send(request, response, METHOD_NOT_ALLOWED);
    if (encoding === undefined) return this.#send(request, response, UNSUPPORTED_MEDIA_TYPE);
    if (!this.#options.handler.serves(signal)) {
      throw new SondeError('UNIMPLEMENTED', `no pipeline takes ${signal}`);
    }
    await this.#export(signal, encoding, sender, { request, response });
    this.#send(request, response, success(signal, encoding));
  }

  async #export(
    signal: Signal,
    encoding: Encoding,
    sender: Sender,
    { request, response }: Exchange,
  ): Promise<void> {
    const { settings, handler, inFlight } = this.#options;
    const { limits } = settings;
    const packing = packingOf(request.headers['content-encoding'], settings.contentEncodings);
    const account = inFlight.open();
    try {
      const bytes = await readBody({ request, response, packing, limits, account });
      const { tenant } = sender;
      const transport = 'http';
      const client = this.#client(request, sender);
      await handler.export({ signal, encoding, bytes, tenant, transport, client, account });
    } finally {
      account.close();
    }
  }

  #signal(url: string): Signal | undefined {
    const query = url.indexOf('?');
    return this.#options.settings.paths.get(query === -1 ? url : url.slice(0, query));
  }

  #authenticate({ headers, socket }: IncomingMessage): Promise<Sender> {
    const single: Record<string, string | undefined> = {};
    for (const [name, value] of Object.entries(headers)) {
      single[name] = Array.isArray(value) ? value.join(', ') : value;
    }
    return this.#options.authenticate({ headers: single, peer: socket.remoteAddress ?? '' });
  }

  #client({ headersDistinct, socket }: IncomingMessage, { attributes: auth }: Sender): ClientInfo {
    const { includesMetadata } = this.#options.settings;
    return clientInfo({
      address: socket.remoteAddress ?? '',
      ...(auth === undefined ? {} : { auth }),
      ...(includesMetadata ? { metadata: metadataOfHeaders(headersDistinct) } : {}),
    });
  }

  #isPreflight({ method, headers }: IncomingMessage): boolean {
    if (this.#cors === undefined || method !== 'OPTIONS') return false;
    return headers['access-control-request-method'] !== undefined;
  }

  #sendPreflight(request: IncomingMessage, response: ServerResponse): void {
    const granted = this.#cors?.preflight(request.headers) ?? {};
    response.writeHead(204, { ...this.#options.settings.responseHeaders, ...granted });
    response.end();
  }

  #refuse(
    error: SondeError,
    encoding: Encoding | undefined,
    { request, response }: Exchange,
  ): void {
    // A failure after the answer began can only be shown by cutting it.
    if (response.headersSent) response.destroy();
    else this.#send(request, response, refusal(error, encoding));
  }

  #send(request: IncomingMessage, response: ServerResponse, answer: PlainAnswer): void {
    const headers: OutgoingHttpHeaders = {
      ...this.#options.settings.responseHeaders,
      ...this.#cors?.answer(request.headers),
      ...answer.headers,
      'Content-Type': answer.contentType,
      'Content-Length': answer.body.length,
    };
    // The rest of a body nobody reads would be taken for the next request.
    if (!request.complete) response.shouldKeepAlive = false;
    response.writeHead(answer.status, headers);
    response.end(answer.body);
  }
}
