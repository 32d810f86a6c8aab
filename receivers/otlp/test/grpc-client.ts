import {
  Client,
  type ClientOptions,
  credentials,
  Metadata,
  type ServiceError,
} from '@grpc/grpc-js';
import { onTestFinished } from 'vitest';

const identity = (bytes: Buffer): Buffer => bytes;

export const TRACE_SERVICE = 'opentelemetry.proto.collector.trace.v1.TraceService';

export interface Call {
  readonly service?: string;
  readonly method?: string;
  readonly metadata?: Readonly<Record<string, string>>;
  readonly timeoutMs?: number;
}

export interface Outcome {
  readonly code: number;
  readonly details: string;
  readonly message: Buffer | undefined;
  readonly trailers: Metadata | undefined;
}

/** A client of the real grpc-js that sends bytes as they are. */
export class RawClient {
  readonly client: Client;

  constructor(address: string, options: ClientOptions = {}) {
    this.client = new Client(address, credentials.createInsecure(), {
      // A channel of its own, so that a test sees its own connection.
      'grpc.use_local_subchannel_pool': 1,
      ...options,
    });
    onTestFinished(() => this.client.close());
  }

  export(bytes: Uint8Array, call: Call = {}): Promise<Outcome> {
    const { service = TRACE_SERVICE, method = 'Export', metadata = {}, timeoutMs = 20_000 } = call;
    const sent = new Metadata();
    for (const [name, value] of Object.entries(metadata)) sent.set(name, value);
    return new Promise((resolve) => {
      const done = (error: ServiceError | null, message: Buffer | undefined): void => {
        resolve({
          code: error?.code ?? 0,
          details: error?.details ?? '',
          message,
          trailers: error?.metadata,
        });
      };
      const options = { deadline: Date.now() + timeoutMs };
      const path = `/${service}/${method}`;
      const body = Buffer.from(bytes);
      this.client.makeUnaryRequest(path, identity, identity, body, sent, options, done);
    });
  }
}
