import {
  type HttpRequest,
  type HttpService,
  type HttpUpload,
  handOn,
  METHOD_NOT_ALLOWED,
  type PlainAnswer,
  textAnswer,
  textRefusal,
  translated,
} from '@sonde/intake';
import { type Consumer, type Credentials, type Sender, SondeError } from '@sonde/pipeline';
import { readZipkin, type ZipkinFormat } from '@sonde/zipkin-spans';

const V1_PATH = 'api/v1/spans';

/** What Zipkin's API asks for. */
const ACCEPTED: PlainAnswer = textAnswer(202, '');

/** Labels of the counters: upstream's. */
const TRANSPORTS: Readonly<Record<ZipkinFormat, string>> = {
  v1_json: 'http_v1_json',
  v1_thrift: 'http_v1_thrift',
  v2_json: 'http_v2_json',
  v2_protobuf: 'http_v2_proto',
};

export interface SpansServiceOptions {
  /** Undefined where no pipeline takes traces. */
  readonly next: Consumer | undefined;
  readonly parseStringTags: boolean;
  authenticate(credentials: Credentials): Promise<Sender>;
  /** Told of every refusal, with the transport. */
  refused(transport: string, error: SondeError): void;
}

/**
 * Uploads of spans. As upstream has it, a path with `api/v1/spans` is for v1 and every other for v2;
 * the `Content-Type` says thrift or protobuf, and everything else is JSON.
 */
export class SpansService implements HttpService<ZipkinFormat> {
  readonly #options: SpansServiceOptions;

  constructor(options: SpansServiceOptions) {
    this.#options = options;
  }

  route(path: string, { headers }: HttpRequest): ZipkinFormat {
    const type = headers['content-type']?.split(';', 1)[0]?.trim().toLowerCase();
    if (path.includes(V1_PATH)) return type === 'application/x-thrift' ? 'v1_thrift' : 'v1_json';
    return type === 'application/x-protobuf' ? 'v2_protobuf' : 'v2_json';
  }

  authenticate(credentials: Credentials): Promise<Sender> {
    return this.#options.authenticate(credentials);
  }

  admit(_: ZipkinFormat, { method }: HttpRequest): PlainAnswer | undefined {
    return method === 'POST' ? undefined : METHOD_NOT_ALLOWED;
  }

  async take(format: ZipkinFormat, upload: HttpUpload): Promise<PlainAnswer> {
    const { next, parseStringTags } = this.#options;
    if (next === undefined) throw new SondeError('UNIMPLEMENTED', 'no pipeline takes traces');
    const { sender, client, account } = upload;
    const receivedUnixMs = Date.now();
    const bytes = translated(account, upload.bytes, (body) =>
      readZipkin(format, body, { parseStringTags, receivedUnixMs }),
    );
    const { tenant } = sender;
    const transport = TRANSPORTS[format];
    await handOn(next, bytes, { signal: 'traces', tenant, client, transport, receivedUnixMs });
    return ACCEPTED;
  }

  refusal(error: SondeError): PlainAnswer {
    return textRefusal(error);
  }

  refused(format: ZipkinFormat, error: SondeError): void {
    this.#options.refused(TRANSPORTS[format], error);
  }
}
