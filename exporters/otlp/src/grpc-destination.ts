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
import {
  type GrpcAnswer,
  GrpcClient,
  type GrpcClientConfig,
  grpcServerLabels,
} from '@sonde/pipeline/clients';
import { EXPORT_PATHS, joinRequests, MalformedError, readExportResponse } from '@sonde/proto';
import { grpcFailure } from './grpc-failure.ts';

/** The export service of a signal at one endpoint. */
export class GrpcDestination implements Destination {
  readonly labels: ReturnType<typeof grpcServerLabels>;
  readonly #settings: Pick<CreateSettings, 'signal' | 'logger'>;
  readonly #config: GrpcClientConfig;
  #client: GrpcClient | undefined;

  constructor(settings: Pick<CreateSettings, 'signal' | 'logger'>, config: GrpcClientConfig) {
    this.#settings = settings;
    this.#config = config;
    this.labels = grpcServerLabels(config.endpoint);
  }

  async start(host: Host): Promise<void> {
    this.#client = await GrpcClient.open(this.#config, host);
  }

  async push(telemetry: Telemetry, attempt: Attempt): Promise<SendResult> {
    let rejectedItems = 0;
    for (const message of joinRequests(telemetry.requests)) {
      const result = await this.#call(message, telemetry.client, attempt);
      rejectedItems += result.rejectedItems;
    }
    return { rejectedItems };
  }

  async close(): Promise<void> {
    this.#client?.close();
  }

  async #call(
    message: Uint8Array,
    client: ClientInfo | undefined,
    attempt: Attempt,
  ): Promise<SendResult> {
    if (this.#client === undefined) throw new SondeError('INTERNAL', 'the client is not open');
    const { signal, logger } = this.#settings;
    const path = EXPORT_PATHS[signal].grpc;
    const answer = await this.#client.call({ path, message, client, ...attempt });
    if (answer.code !== 0) throw grpcFailure(answer);
    return takePartialSuccess(logger, signal, this.#partialSuccess(answer));
  }

  #partialSuccess(answer: GrpcAnswer): ReturnType<typeof readExportResponse> {
    try {
      return readExportResponse(this.#settings.signal, 'protobuf', answer.message);
    } catch (error) {
      if (!(error instanceof MalformedError)) throw error;
      throw new SondeError('INTERNAL', `cannot read the response: ${error.message}`, {
        cause: error,
      });
    }
  }
}
