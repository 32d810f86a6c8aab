import { constants, type IncomingHttpHeaders, type ServerHttp2Stream } from 'node:http2';
import {
  type ClientInfo,
  clientInfo,
  type GrpcLimits,
  metadataOfHeaders,
  type Sender,
  SondeError,
} from '@sonde/pipeline';
import { unpack } from '@sonde/pipeline/packing';
import { after } from '../after.ts';
import type { InFlightAccount } from '../in-flight-bytes.ts';
import {
  GRPC_ANSWER_TIMEOUT_MS,
  GRPC_CALLS_MAX,
  GRPC_RECEIVE_TIMEOUT_MS,
  IN_FLIGHT_RETRY_AFTER_MS,
} from '../limits.ts';
import { type CallHead, readCallHead, servedMethod } from './call-head.ts';
import { GRPC_ACCEPT_ENCODING } from './grpc-packings.ts';
import type { GrpcService } from './grpc-service.ts';
import { refusalTrailers } from './grpc-trailers.ts';
import { framed, MessageReader, type ReceivedMessage, unpackedTooLarge } from './message-reader.ts';
import { unreadable } from './wire-fault.ts';

const ANSWER_HEADERS = {
  ':status': 200,
  'content-type': 'application/grpc',
  'grpc-accept-encoding': GRPC_ACCEPT_ENCODING,
};

const OK_TRAILERS = { 'grpc-status': '0' };

// A header `date` with every answer is of no use to anyone; Node's types do not know the option.
const WITH_TRAILERS = { waitForTrailers: true, sendDate: false };
const TRAILERS_ONLY = { endStream: true, sendDate: false };

/** What a call must know of its surroundings. */
export interface CallSurroundings<M> {
  readonly service: GrpcService<M>;
  readonly limits: GrpcLimits;
  /** Address of the client. */
  readonly peer: string;
  /** Whether the headers of a call travel with its data. */
  readonly includesMetadata: boolean;
  /** Calls in progress, this one among them. */
  callCount(): number;
  /** Told before each answer. */
  answering(): void;
}

/** One unary call, from its headers to its trailers. */
export class UnaryCall<M> {
  readonly #stream: ServerHttp2Stream;
  readonly #surroundings: CallSurroundings<M>;
  #timer: NodeJS.Timeout | undefined;
  #isReceived = false;
  /** Undefined while nobody waits. */
  #giveUp: ((error: SondeError) => void) | undefined;

  constructor(stream: ServerHttp2Stream, surroundings: CallSurroundings<M>) {
    this.#stream = stream;
    this.#surroundings = surroundings;
    // What breaks a stream closes it too, and the close is what counts.
    stream.on('error', () => undefined);
    stream.once('close', () => {
      clearTimeout(this.#timer);
      // Every call ends here: an error that nobody waits for would cost its stack trace.
      this.#giveUp?.(gone());
    });
  }

  /** Answers the call; never rejects. */
  async run(headers: IncomingHttpHeaders): Promise<void> {
    const { service } = this.#surroundings;
    const path = headers[':path'] ?? '';
    const givenUp = new Promise<never>((_, reject) => {
      this.#giveUp = reject;
    });
    try {
      const answer = await Promise.race([givenUp, this.#serve(path, headers)]);
      this.#giveUp = undefined;
      this.#succeed(answer);
    } catch (error) {
      this.#giveUp = undefined;
      const refusal = SondeError.from(error);
      const method = service.methodOf(path);
      if (method !== undefined) service.refused(method, refusal);
      this.#refuse(refusal);
    }
  }

  async #serve(path: string, headers: IncomingHttpHeaders): Promise<Uint8Array> {
    const { service, peer } = this.#surroundings;
    const method = servedMethod(service, path);
    const { timeoutMs, packing } = this.#admit(headers);
    const begun = Date.now();
    this.#limitTime(Math.min(timeoutMs, GRPC_RECEIVE_TIMEOUT_MS));
    const sender = await service.authenticate({ headers: textHeaders(headers), peer });
    const account = service.openAccount();
    try {
      const message = await this.#receive(account);
      this.#limitTime(timeoutMs - (Date.now() - begun));
      const bytes = await this.#unpacked(message, packing, account);
      const client = this.#client(headers, sender);
      await service.call({ method, bytes, sender, client, account });
      return service.answer(method);
    } finally {
      // Not when the client gives up: the pipeline has the bytes until it answers.
      account.close();
    }
  }

  #client(headers: IncomingHttpHeaders, { attributes: auth }: Sender): ClientInfo {
    const { includesMetadata, peer } = this.#surroundings;
    return clientInfo({
      address: peer,
      ...(auth === undefined ? {} : { auth }),
      ...(includesMetadata ? { metadata: metadataOfHeaders(headers) } : {}),
    });
  }

  #admit(headers: IncomingHttpHeaders): CallHead {
    const { callCount, limits } = this.#surroundings;
    if (callCount() > GRPC_CALLS_MAX) {
      throw new SondeError('OVERLOADED', 'too many calls in progress', {
        retryAfterMs: IN_FLIGHT_RETRY_AFTER_MS,
      });
    }
    if (byteLength(headers) > limits.metadataBytesMax) {
      throw new SondeError('TOO_LARGE', `metadata is longer than ${limits.metadataBytesMax} bytes`);
    }
    return readCallHead(headers);
  }

  #receive(account: InFlightAccount): Promise<ReceivedMessage> {
    const stream = this.#stream;
    const reader = new MessageReader(this.#surroundings.limits.messageBytesMax, account);
    return new Promise((resolve, reject) => {
      if (stream.destroyed) throw gone();
      const onData = (chunk: Buffer): void => {
        try {
          reader.take(chunk);
        } catch (error) {
          stream.off('data', onData);
          reject(SondeError.from(error));
        }
      };
      stream.on('data', onData);
      stream.once('end', () => {
        this.#isReceived = true;
        try {
          resolve(reader.finish());
        } catch (error) {
          reject(SondeError.from(error));
        }
      });
      stream.once('close', () => {
        if (!this.#isReceived) reject(gone());
      });
    });
  }

  async #unpacked(
    { isPacked, bytes }: ReceivedMessage,
    packing: CallHead['packing'],
    account: InFlightAccount,
  ): Promise<Uint8Array> {
    if (!isPacked) return bytes;
    if (packing === '') throw unreadable('a packed message without grpc-encoding');
    const bytesMax = this.#surroundings.limits.messageBytesMax;
    try {
      return await unpack(bytes, packing, { bytesMax, account, tooLarge: unpackedTooLarge });
    } catch (error) {
      const failure = SondeError.from(error);
      if (failure.code !== 'INVALID_DATA') throw failure;
      const words = `grpc: failed to decompress the received message: ${failure.message}`;
      throw unreadable(words, failure);
    } finally {
      account.giveBack(bytes.length);
    }
  }

  #succeed(answer: Uint8Array): void {
    const stream = this.#stream;
    if (stream.destroyed || stream.closed) return;
    this.#surroundings.answering();
    stream.respond(ANSWER_HEADERS, WITH_TRAILERS);
    stream.once('wantTrailers', () => stream.sendTrailers(OK_TRAILERS));
    stream.end(framed(answer));
    this.#expectTaken();
  }

  #refuse(error: SondeError): void {
    const stream = this.#stream;
    if (stream.destroyed || stream.closed) return;
    this.#surroundings.answering();
    const headers = { ...ANSWER_HEADERS, ...refusalTrailers(error) };
    stream.respond(headers, TRAILERS_ONLY);
    // RFC 9113, 8.1: the client need not send the rest of a message that nobody reads.
    if (!this.#isReceived) stream.close(constants.NGHTTP2_NO_ERROR);
    this.#expectTaken();
  }

  #limitTime(ms: number): void {
    clearTimeout(this.#timer);
    if (ms === Number.POSITIVE_INFINITY) return;
    this.#timer = after(ms, () => this.#giveUp?.(late()));
  }

  /** A client that does not read its answer would keep the call for ever. */
  #expectTaken(): void {
    clearTimeout(this.#timer);
    const cut = (): void => this.#stream.close(constants.NGHTTP2_CANCEL);
    this.#timer = after(GRPC_ANSWER_TIMEOUT_MS, cut);
  }
}

function late(): SondeError {
  return new SondeError('DEADLINE_EXCEEDED', 'the call was not done in time');
}

function gone(): SondeError {
  return new SondeError('UNAVAILABLE', 'the sender went away');
}

function textHeaders(headers: IncomingHttpHeaders): Record<string, string | undefined> {
  const text: Record<string, string | undefined> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (!name.startsWith(':')) text[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  return text;
}

function byteLength(headers: IncomingHttpHeaders): number {
  let bytes = 0;
  for (const [name, value] of Object.entries(headers)) {
    bytes += name.length + String(value ?? '').length;
  }
  return bytes;
}
