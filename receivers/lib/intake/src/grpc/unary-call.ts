import {
  type ClientInfo,
  clientInfo,
  type GrpcLimits,
  type Sender,
  SondeError,
} from '@sonde/pipeline';
import { unpack } from '@sonde/pipeline/packing';
import { after } from '../after.ts';
import { Http2Code } from '../http2/frames.ts';
import { headerBlock } from '../http2/hpack-encoder.ts';
import type { Http2Stream, StreamListener } from '../http2/http2-stream.ts';
import type { RequestHeaders } from '../http2/request-headers.ts';
import type { InFlightAccount } from '../in-flight-bytes.ts';
import {
  GRPC_ANSWER_TIMEOUT_MS,
  GRPC_CALLS_MAX,
  GRPC_RECEIVE_TIMEOUT_MS,
  HTTP2_HEADERS_MAX,
  IN_FLIGHT_RETRY_AFTER_MS,
} from '../limits.ts';
import { type CallHead, readCallHead, servedMethod } from './call-head.ts';
import { headerText, metadataOf, metadataTexts } from './call-headers.ts';
import { GRPC_ACCEPT_ENCODING } from './grpc-packings.ts';
import type { GrpcService } from './grpc-service.ts';
import { refusalTrailers } from './grpc-trailers.ts';
import { framed, MessageReader, type ReceivedMessage, unpackedTooLarge } from './message-reader.ts';
import { unreadable } from './wire-fault.ts';

const ANSWER_HEADERS = {
  ':status': '200',
  'content-type': 'application/grpc',
  'grpc-accept-encoding': GRPC_ACCEPT_ENCODING,
};

const ANSWER_HEAD: Buffer = headerBlock(ANSWER_HEADERS);
const OK_TRAILERS: Buffer = headerBlock({ 'grpc-status': '0' });

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
  /** Told when the call is over. */
  ended(): void;
}

/** Who waits for a message that is not whole. */
interface Waiting {
  resolve(): void;
  reject(error: SondeError): void;
}

/** One unary call, from its headers to its trailers. */
export class UnaryCall<M> implements StreamListener {
  readonly #stream: Http2Stream;
  readonly #headers: RequestHeaders;
  readonly #surroundings: CallSurroundings<M>;
  readonly #path: string;
  readonly #reader: MessageReader;
  #timer: NodeJS.Timeout | undefined;
  /** Of the message; what comes after it is not looked at. */
  #fault: SondeError | undefined;
  #isReceived = false;
  #waiting: Waiting | undefined;
  /** Answered, or given up. */
  #isDone = false;

  constructor(stream: Http2Stream, headers: RequestHeaders, surroundings: CallSurroundings<M>) {
    this.#stream = stream;
    this.#headers = headers;
    this.#surroundings = surroundings;
    this.#path = headerText(headers, ':path') ?? '';
    this.#reader = new MessageReader(surroundings.limits.messageBytesMax);
    stream.listen(this);
  }

  /** Answers the call; never rejects. */
  async run(): Promise<void> {
    try {
      this.#succeed(await this.#serve());
    } catch (error) {
      this.#fail(SondeError.from(error));
    }
  }

  // For its stream.

  data(bytes: Buffer, from: number, to: number): void {
    if (this.#fault !== undefined || this.#isDone) return;
    try {
      this.#reader.take(bytes, from, to);
    } catch (error) {
      this.#fault = SondeError.from(error);
      this.#waiting?.reject(this.#fault);
    }
  }

  ended(): void {
    this.#isReceived = true;
    this.#waiting?.resolve();
  }

  closed(): void {
    clearTimeout(this.#timer);
    // Every call ends here: an error that nobody waits for would cost its stack trace.
    if (!this.#isDone) this.#giveUp(gone());
    this.#surroundings.ended();
  }

  async #serve(): Promise<Uint8Array> {
    const { service, peer } = this.#surroundings;
    const method = servedMethod(service, this.#path);
    const { timeoutMs, packing } = this.#admit();
    const begun = Date.now();
    this.#limitTime(Math.min(timeoutMs, GRPC_RECEIVE_TIMEOUT_MS));
    const sender = await service.authenticate({ headers: metadataTexts(this.#headers), peer });
    const account = service.openAccount();
    try {
      const message = await this.#receive(account);
      this.#limitTime(timeoutMs - (Date.now() - begun));
      const bytes = message.isPacked
        ? await this.#unpacked(message, packing, account)
        : message.bytes;
      const client = this.#client(sender);
      await service.call({ method, bytes, sender, client, account });
      return service.answer(method);
    } finally {
      // Not when the client gives up: the pipeline has the bytes until it answers.
      account.close();
    }
  }

  #client({ attributes: auth }: Sender): ClientInfo {
    const { includesMetadata, peer } = this.#surroundings;
    return clientInfo({
      address: peer,
      ...(auth === undefined ? {} : { auth }),
      ...(includesMetadata ? { metadata: metadataOf(this.#headers) } : {}),
    });
  }

  #admit(): CallHead {
    const { callCount, limits } = this.#surroundings;
    if (callCount() > GRPC_CALLS_MAX) {
      throw new SondeError('OVERLOADED', 'too many calls in progress', {
        retryAfterMs: IN_FLIGHT_RETRY_AFTER_MS,
      });
    }
    if (this.#headers.areTooMany) {
      throw new SondeError('TOO_LARGE', `metadata has more than ${HTTP2_HEADERS_MAX} entries`);
    }
    if (this.#headers.isTooLarge) {
      throw new SondeError('TOO_LARGE', `metadata is longer than ${limits.metadataBytesMax} bytes`);
    }
    return readCallHead(this.#headers);
  }

  /** Resolves to the message when it is whole. */
  async #receive(account: InFlightAccount): Promise<ReceivedMessage> {
    if (this.#isDone) throw gone();
    if (this.#fault !== undefined) throw this.#fault;
    this.#reader.payFrom(account);
    this.#stream.read();
    if (!this.#isReceived) {
      await new Promise<void>((resolve, reject) => {
        this.#waiting = { resolve, reject };
      });
      this.#waiting = undefined;
    }
    return this.#reader.finish();
  }

  async #unpacked(
    { bytes }: ReceivedMessage,
    packing: CallHead['packing'],
    account: InFlightAccount,
  ): Promise<Uint8Array> {
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
    if (this.#isDone) return;
    this.#isDone = true;
    this.#surroundings.answering();
    this.#stream.respond({ head: ANSWER_HEAD, body: framed(answer), trailers: OK_TRAILERS });
    this.#expectTaken();
  }

  /** Answers with a refusal; what the call did meanwhile does not count any more. */
  #fail(error: SondeError): void {
    if (this.#isDone) return;
    this.#isDone = true;
    const { service } = this.#surroundings;
    const method = service.methodOf(this.#path);
    if (method !== undefined) service.refused(method, error);
    if (this.#stream.isClosed) return;
    this.#surroundings.answering();
    this.#stream.refuse(headerBlock({ ...ANSWER_HEADERS, ...refusalTrailers(error) }));
  }

  #giveUp(error: SondeError): void {
    this.#fail(error);
    this.#waiting?.reject(error);
  }

  #limitTime(ms: number): void {
    clearTimeout(this.#timer);
    if (ms === Number.POSITIVE_INFINITY || this.#isDone) return;
    this.#timer = after(ms, () => this.#giveUp(late()));
  }

  /** A client whose windows leave no room for its answer would keep the call for ever. */
  #expectTaken(): void {
    clearTimeout(this.#timer);
    if (this.#stream.isClosed) return;
    this.#timer = after(GRPC_ANSWER_TIMEOUT_MS, () => this.#stream.reset(Http2Code.cancel));
  }
}

function late(): SondeError {
  return new SondeError('DEADLINE_EXCEEDED', 'the call was not done in time');
}

function gone(): SondeError {
  return new SondeError('UNAVAILABLE', 'the sender went away');
}
