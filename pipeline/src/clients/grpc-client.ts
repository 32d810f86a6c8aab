import { createSecureContext } from 'node:tls';
import {
  type CallOptions,
  type ChannelCredentials,
  type ChannelOptions,
  Client,
  compressionAlgorithms,
  credentials,
  Metadata,
} from '@grpc/grpc-js';
import type { ClientInfo } from '../client-info.ts';
import type { Host } from '../component.ts';
import { SondeError } from '../errors.ts';
import {
  type ClientAuthenticator,
  findClientAuthenticator,
  headersOf,
} from './client-authenticator.ts';
import { loadClientTls } from './client-tls.ts';
import type { GrpcClientConfig } from './grpc-client-config.ts';
import { type GrpcTarget, parseGrpcEndpoint } from './grpc-endpoint.ts';
import { packCalls } from './grpc-packing.ts';
import { headerObject } from './header-list.ts';
import { USER_AGENT } from './user-agent.ts';

/** How long a channel waits at most before it tries to connect again. grpc's own 2 min hide that a
 * destination is back from the retries that wait for it. */
const RECONNECT_MS_MAX = 10_000;

const DETAILS_TRAILER = 'grpc-status-details-bin';

const identity = (bytes: Buffer): Buffer => bytes;

/** How a call ended. */
export interface GrpcAnswer {
  /** 0 is OK. */
  readonly code: number;
  readonly details: string;
  /** The response; empty where there is none. */
  readonly message: Uint8Array;
  /** An encoded `google.rpc.Status`, where one came. */
  readonly status: Uint8Array | undefined;
}

export interface GrpcCall {
  /** `/package.Service/Method`. */
  readonly path: string;
  readonly message: Uint8Array;
  readonly signal: AbortSignal;
  readonly deadlineUnixMs: number | undefined;
  /** Whose data it carries. */
  readonly client?: ClientInfo | undefined;
}

/** Unary calls on bytes. */
export class GrpcClient {
  readonly #client: Client;
  readonly #config: GrpcClientConfig;
  readonly #authenticator: ClientAuthenticator | undefined;

  private constructor(
    client: Client,
    config: GrpcClientConfig,
    authenticator: ClientAuthenticator | undefined,
  ) {
    this.#client = client;
    this.#config = config;
    this.#authenticator = authenticator;
  }

  /** Reads certificates and finds the authenticator; connects with the first call. */
  static async open(config: GrpcClientConfig, host: Pick<Host, 'extension'>): Promise<GrpcClient> {
    const authenticator = findClientAuthenticator(host, config.auth);
    const parsed = parseGrpcEndpoint(config.endpoint);
    if (!parsed.ok) throw new SondeError('INTERNAL', parsed.reason);
    const channel = await channelCredentials(config, parsed.target);
    const client = new Client(parsed.target.target, channel, channelOptions(config));
    const { compression } = config;
    if (compression === 'snappy' || compression === 'zstd') packCalls(client, compression);
    return new GrpcClient(client, config, authenticator);
  }

  /** Resolves with any ending. Rejects with `SondeError` when the signal aborts. */
  async call({ path, message, signal, deadlineUnixMs, client }: GrpcCall): Promise<GrpcAnswer> {
    const metadata = await this.#metadata(client);
    const options: CallOptions = deadlineUnixMs === undefined ? {} : { deadline: deadlineUnixMs };
    const body = Buffer.from(message.buffer, message.byteOffset, message.byteLength);
    return await new Promise((resolve, reject) => {
      if (signal.aborted) return reject(SondeError.from(signal.reason));
      const cut = (): void => {
        reject(SondeError.from(signal.reason));
        call.cancel();
      };
      const call = this.#client.makeUnaryRequest(
        path,
        identity,
        identity,
        body,
        metadata,
        options,
        (error, response) => {
          signal.removeEventListener('abort', cut);
          const [status] = error?.metadata.get(DETAILS_TRAILER) ?? [];
          resolve({
            code: error?.code ?? 0,
            details: error?.details ?? '',
            message: response ?? new Uint8Array(0),
            status: typeof status === 'object' ? status : undefined,
          });
        },
      );
      signal.addEventListener('abort', cut, { once: true });
    });
  }

  close(): void {
    this.#client.close();
  }

  async #metadata(client: ClientInfo | undefined): Promise<Metadata> {
    const metadata = new Metadata({ waitForReady: this.#config.wait_for_ready });
    const own = headerObject(this.#config.headers);
    const shown = await headersOf(own, this.#authenticator, client);
    for (const [name, value] of Object.entries(shown)) metadata.set(name, value);
    return metadata;
  }
}

async function channelCredentials(
  config: GrpcClientConfig,
  { security }: GrpcTarget,
): Promise<ChannelCredentials> {
  const isPlaintext = security === undefined ? config.tls.insecure : security === 'plaintext';
  if (isPlaintext) return credentials.createInsecure();
  const { ca, cert, key, minVersion, maxVersion, rejectUnauthorized } = await loadClientTls(
    config.tls,
  );
  const context = createSecureContext({
    minVersion,
    ...(ca === undefined ? {} : { ca: [...ca] }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
    ...(maxVersion === undefined ? {} : { maxVersion }),
  });
  return credentials.createFromSecureContext(context, { rejectUnauthorized });
}

function channelOptions(config: GrpcClientConfig): ChannelOptions {
  const { authority, keepalive, tls, user_agent: userAgent } = config;
  const gzip = compressionAlgorithms.gzip;
  const options: ChannelOptions = {
    // A connection of its own: closed with the exporter, not when another one is done too.
    'grpc.use_local_subchannel_pool': 1,
    'grpc.enable_channelz': 0,
    'grpc.max_reconnect_backoff_ms': RECONNECT_MS_MAX,
    'grpc.primary_user_agent': userAgent === '' ? USER_AGENT : userAgent,
    'grpc.service_config': JSON.stringify({
      loadBalancingConfig: [{ [config.balancer_name]: {} }],
    }),
  };
  if (config.compression === 'gzip') options['grpc.default_compression_algorithm'] = gzip;
  if (authority !== '') options['grpc.default_authority'] = authority;
  if (tls.server_name_override !== '') {
    options['grpc.ssl_target_name_override'] = tls.server_name_override;
  }
  if (keepalive !== undefined) {
    options['grpc.keepalive_time_ms'] = keepalive.time;
    options['grpc.keepalive_timeout_ms'] = keepalive.timeout;
    options['grpc.keepalive_permit_without_calls'] = keepalive.permit_without_stream ? 1 : 0;
  }
  return options;
}
