import {
  type HttpRequest,
  type HttpService,
  type HttpUpload,
  METHOD_NOT_ALLOWED,
  type PlainAnswer,
  textAnswer,
  textRefusal,
} from '@sonde/intake';
import type { Credentials, Sender, SondeError } from '@sonde/pipeline';
import type { SpanIntake } from './span-intake.ts';

const PATH = '/api/traces';
const ACCEPTED: PlainAnswer = textAnswer(202, '');
const THRIFT_TYPES: ReadonlySet<string> = new Set([
  'application/x-thrift',
  'application/vnd.apache.thrift.binary',
]);

export const THRIFT_HTTP_TRANSPORT = 'collector_http';

export interface ThriftHttpOptions {
  readonly intake: SpanIntake;
  authenticate(credentials: Credentials): Promise<Sender>;
  refused(transport: string, error: SondeError): void;
}

/** `POST /api/traces` with a batch in thrift's binary protocol. */
export class ThriftHttpService implements HttpService<true> {
  readonly #options: ThriftHttpOptions;

  constructor(options: ThriftHttpOptions) {
    this.#options = options;
  }

  route(path: string): true | undefined {
    return path === PATH ? true : undefined;
  }

  authenticate(credentials: Credentials): Promise<Sender> {
    return this.#options.authenticate(credentials);
  }

  admit(_: true, { method, headers }: HttpRequest): PlainAnswer | undefined {
    if (method !== 'POST') return METHOD_NOT_ALLOWED;
    const type = headers['content-type']?.split(';', 1)[0]?.trim().toLowerCase();
    if (type === undefined || type === '') {
      return textAnswer(400, 'Cannot parse content type: mime: no media type');
    }
    if (THRIFT_TYPES.has(type)) return undefined;
    return textAnswer(400, `Unsupported content type: ${type}`);
  }

  async take(_: true, upload: HttpUpload): Promise<PlainAnswer> {
    const { bytes, sender, client, account } = upload;
    const { tenant } = sender;
    const transport = THRIFT_HTTP_TRANSPORT;
    const request = { format: 'thrift', bytes, tenant, client, account, transport } as const;
    await this.#options.intake.take(request);
    return ACCEPTED;
  }

  refusal(error: SondeError): PlainAnswer {
    const { status, body, ...rest } = textRefusal(error);
    const words = Buffer.from(body).toString();
    const isBody = error.code === 'INVALID_DATA';
    const prefix = isBody ? 'Unable to process request body' : 'Cannot submit Jaeger batch';
    return { ...rest, status, body: Buffer.from(`${prefix}: ${words}`) };
  }

  refused(_: true, error: SondeError): void {
    this.#options.refused(THRIFT_HTTP_TRANSPORT, error);
  }
}
