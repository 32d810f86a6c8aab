import {
  type Attempt,
  type ClientInfo,
  type CreateSettings,
  type Destination,
  type Host,
  type SendResult,
  SondeError,
  type Telemetry,
  takePartialSuccess,
} from '@sonde/pipeline';
import { type HttpAnswer, HttpClient, httpServerLabels } from '@sonde/pipeline/clients';
import {
  type Encoding,
  joinRequests,
  MalformedError,
  type PartialSuccess,
  protobufToJsonBytes,
  readExportResponse,
} from '@sonde/proto';
import type { OtlpHttpConfig } from './config.ts';
import { httpFailure } from './http-failure.ts';
import { encodingOf, MEDIA_TYPES } from './media-type.ts';
import { signalUrl } from './signal-url.ts';

/** The URL of a signal. */
export class HttpDestination implements Destination {
  readonly labels: ReturnType<typeof httpServerLabels>;
  readonly #settings: Pick<CreateSettings, 'signal' | 'logger'>;
  readonly #config: OtlpHttpConfig;
  readonly #encoding: Encoding;
  readonly #url: string;
  #client: HttpClient | undefined;

  /** Throws `SondeError` `INTERNAL` where the signal has no endpoint. */
  constructor(settings: Pick<CreateSettings, 'signal' | 'logger'>, config: OtlpHttpConfig) {
    const { signal } = settings;
    const url = signalUrl(signal, config);
    if (url === undefined) {
      throw new SondeError('INTERNAL', `either endpoint or ${signal}_endpoint must be specified`);
    }
    this.#settings = settings;
    this.#config = config;
    this.#encoding = config.encoding === 'json' ? 'json' : 'protobuf';
    this.#url = url;
    this.labels = httpServerLabels(url);
  }

  async start(host: Host): Promise<void> {
    this.#client = await HttpClient.open(this.#config, host);
  }

  async push(telemetry: Telemetry, attempt: Attempt): Promise<SendResult> {
    let rejectedItems = 0;
    for (const bytes of joinRequests(telemetry.requests)) {
      const result = await this.#post(this.#encode(bytes), telemetry.client, attempt);
      rejectedItems += result.rejectedItems;
    }
    return { rejectedItems };
  }

  async close(): Promise<void> {
    this.#client?.close();
  }

  #encode(bytes: Uint8Array): Uint8Array {
    if (this.#encoding === 'protobuf') return bytes;
    return Buffer.from(protobufToJsonBytes(this.#settings.signal, bytes));
  }

  async #post(
    body: Uint8Array,
    client: ClientInfo | undefined,
    { signal: abort }: Attempt,
  ): Promise<SendResult> {
    if (this.#client === undefined) throw new SondeError('INTERNAL', 'the client is not open');
    const { signal, logger } = this.#settings;
    const contentType = MEDIA_TYPES[this.#encoding];
    const url = this.#url;
    const answer = await this.#client.post({ url, contentType, body, client, signal: abort });
    if (answer.status < 200 || answer.status > 299) throw httpFailure(answer);
    return takePartialSuccess(logger, signal, this.#partialSuccess(answer));
  }

  /** A body of another type says nothing: proxies answer so. */
  #partialSuccess({ headers, body }: HttpAnswer): PartialSuccess | undefined {
    const encoding = encodingOf(headers['content-type']);
    if (encoding === undefined || body.length === 0) return undefined;
    try {
      return readExportResponse(this.#settings.signal, encoding, body);
    } catch (error) {
      if (!(error instanceof MalformedError)) throw error;
      throw new SondeError('INTERNAL', `cannot read the response: ${error.message}`, {
        cause: error,
      });
    }
  }
}
