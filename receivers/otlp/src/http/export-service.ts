import {
  type HttpRequest,
  type HttpService,
  type HttpUpload,
  METHOD_NOT_ALLOWED,
  type PlainAnswer,
} from '@sonde/intake';
import { type Credentials, type Sender, SondeError } from '@sonde/pipeline';
import { type Encoding, giveBackBody, type Signal } from '@sonde/proto';
import type { HttpConfig } from '../config.ts';
import type { ExportHandler } from '../export-handler.ts';
import { encodingOf, refusal, success, UNSUPPORTED_MEDIA_TYPE } from './http-answers.ts';

interface ExportRoute {
  readonly signal: Signal;
  /** Undefined: the request is of another media type. */
  readonly encoding: Encoding | undefined;
}

export interface ExportServiceOptions {
  readonly config: HttpConfig;
  readonly handler: ExportHandler;
  authenticate(credentials: Credentials): Promise<Sender>;
  /** Told of every refusal of a request for a signal. */
  refused(signal: Signal, error: SondeError): void;
}

/** What OTLP/HTTP says, in the order in which the Collector checks it. */
export class ExportService implements HttpService<ExportRoute> {
  readonly #options: ExportServiceOptions;
  readonly #signals: ReadonlyMap<string, Signal>;

  constructor(options: ExportServiceOptions) {
    this.#options = options;
    const { config } = options;
    this.#signals = new Map<string, Signal>([
      [config.traces_url_path, 'traces'],
      [config.metrics_url_path, 'metrics'],
      [config.logs_url_path, 'logs'],
      [config.profiles_url_path, 'profiles'],
    ]);
  }

  route(path: string, { headers }: HttpRequest): ExportRoute | undefined {
    const signal = this.#signals.get(path);
    return signal === undefined
      ? undefined
      : { signal, encoding: encodingOf(headers['content-type']) };
  }

  authenticate(credentials: Credentials): Promise<Sender> {
    return this.#options.authenticate(credentials);
  }

  admit({ signal, encoding }: ExportRoute, { method }: HttpRequest): PlainAnswer | undefined {
    if (method !== 'POST') return METHOD_NOT_ALLOWED;
    if (encoding === undefined) return UNSUPPORTED_MEDIA_TYPE;
    if (this.#options.handler.serves(signal)) return undefined;
    throw new SondeError('UNIMPLEMENTED', `no pipeline takes ${signal}`);
  }

  async take({ signal, encoding }: ExportRoute, upload: HttpUpload): Promise<PlainAnswer> {
    if (encoding === undefined) return UNSUPPORTED_MEDIA_TYPE;
    const { bytes, sender, client, account } = upload;
    const { tenant } = sender;
    const transport = 'http';
    const request = { signal, encoding, bytes, tenant, transport, client, account } as const;
    const { handler } = this.#options;
    await handler.export(request);
    if (handler.givesBack(signal)) giveBackBody(bytes);
    return success(signal, encoding);
  }

  refusal(error: SondeError, { headers }: HttpRequest): PlainAnswer {
    return refusal(error, encodingOf(headers['content-type']));
  }

  refused({ signal }: ExportRoute, error: SondeError): void {
    this.#options.refused(signal, error);
  }
}
