import {
  type Agent,
  request as httpRequest,
  type IncomingHttpHeaders,
  type OutgoingHttpHeaders,
} from 'node:http';
import {
  type Authenticator,
  type Consumer,
  createConsoleLogger,
  type Logger,
  type Telemetry,
} from '@sonde/pipeline';
import type { Signal } from '@sonde/proto';
import { onTestFinished } from 'vitest';
import { otlpConfig } from '../src/config.ts';
import { OtlpReceiver } from '../src/otlp-receiver.ts';
import { hostWith } from './host.ts';

/** A pipeline's beginning: keeps what it takes, and does what the test says before it answers. */
export class Pipeline implements Consumer {
  readonly taken: Telemetry[] = [];
  readonly givesBack: boolean;
  #answer: (telemetry: Telemetry) => Promise<void> = () => Promise.resolve();
  #waiting: { count: number; resolve: () => void }[] = [];

  constructor(givesBack = false) {
    this.givesBack = givesBack;
  }

  answerWith(answer: (telemetry: Telemetry) => Promise<void>): void {
    this.#answer = answer;
  }

  /** Resolves when `count` requests have come. */
  came(count: number): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.push({ count, resolve });
      this.#tell();
    });
  }

  async consume(telemetry: Telemetry): Promise<void> {
    this.taken.push(telemetry);
    this.#tell();
    await this.#answer(telemetry);
  }

  #tell(): void {
    for (const { count, resolve } of this.#waiting) {
      if (this.taken.length >= count) resolve();
    }
  }
}

export interface StartOptions {
  readonly grpc?: Record<string, unknown>;
  readonly http?: Record<string, unknown>;
  readonly signals?: readonly Signal[];
  readonly authenticator?: Authenticator;
  /** Of the pipeline. */
  readonly givesBack?: boolean;
}

export interface Started {
  readonly receiver: OtlpReceiver;
  readonly pipeline: Pipeline;
  /** `127.0.0.1:port`. */
  readonly grpc: string;
  readonly http: string;
  readonly lines: string[];
}

const ALL_SIGNALS: readonly Signal[] = ['traces', 'metrics', 'logs', 'profiles'];

export const NO_DEADLINE: AbortSignal = new AbortController().signal;

/** A started receiver of both protocols on free ports; stopped at the end of the test. */
export async function start(options: StartOptions = {}): Promise<Started> {
  const pipeline = new Pipeline(options.givesBack);
  const lines: string[] = [];
  const config = otlpConfig.parse({
    protocols: {
      grpc: { endpoint: '127.0.0.1:0', ...options.grpc },
      http: { endpoint: '127.0.0.1:0', ...options.http },
    },
  });
  const next = Object.fromEntries(
    (options.signals ?? ALL_SIGNALS).map((signal) => [signal, pipeline]),
  );
  const receiver = new OtlpReceiver(config, next, { id: 'otlp', logger: collect(lines) });
  await receiver.start(hostWith(options.authenticator));
  onTestFinished(() => receiver.shutdown(AbortSignal.abort()));
  const { grpc = '', http = '' } = receiver.addresses;
  return { receiver, pipeline, grpc, http, lines };
}

function collect(lines: string[]): Logger {
  return createConsoleLogger({ level: 'debug', write: (line) => lines.push(line) });
}

export function quietLogger(): Logger {
  return collect([]);
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  readonly text: string;
}

export interface Sent {
  readonly method?: string;
  readonly path?: string;
  readonly headers?: OutgoingHttpHeaders;
  readonly body?: Uint8Array | string;
  readonly agent?: Agent;
}

export const PROTOBUF = { 'content-type': 'application/x-protobuf' } as const;
export const JSON_TYPE = { 'content-type': 'application/json' } as const;

/** One request over a connection of its own, unless an agent is given. */
export function send(address: string, sent: Sent = {}): Promise<Answer> {
  const { method = 'POST', path = '/v1/traces', headers = PROTOBUF, body, agent = false } = sent;
  return new Promise((resolve, reject) => {
    const url = `http://${address}${path}`;
    const request = httpRequest(url, { method, headers, agent }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        const whole = Buffer.concat(chunks);
        const { statusCode: status = 0, headers: received } = response;
        resolve({ status, headers: received, body: whole, text: whole.toString() });
      });
    });
    request.on('error', reject);
    request.end(body);
  });
}
