import { type ReceiveWindow, SendWindow } from './flow-windows.ts';
import type { FrameWriter } from './frame-writer.ts';
import { Http2Code } from './frames.ts';
import type { PeerSettings } from './peer-settings.ts';

/** What a stream tells whoever serves it. Bytes are valid during the call alone. */
export interface StreamListener {
  data(bytes: Buffer, from: number, to: number): void;
  /** The request is whole. */
  ended(): void;
  /** It is over, whoever ended it. */
  closed(): void;
}

/** What a stream needs of its connection. */
export interface StreamPort {
  readonly writer: FrameWriter;
  readonly peer: PeerSettings;
  readonly sendWindow: SendWindow;
  /** Bytes of a stream were read. */
  released(bytes: number): void;
  /** Its answer waits for a window. */
  blocked(stream: Http2Stream): void;
  closed(stream: Http2Stream): void;
}

export interface StreamAnswer {
  /** A block of headers. */
  readonly head: Buffer;
  readonly body: Uint8Array;
  /** Another block, after the body; without it the body must not be empty. */
  readonly trailers?: Buffer;
}

const NO_ONE: StreamListener = {
  data: () => undefined,
  ended: () => undefined,
  closed: () => undefined,
};

/** One request and its answer. */
export class Http2Stream {
  readonly id: number;
  readonly #port: StreamPort;
  readonly #sendWindow: SendWindow;
  readonly #receiveWindow: ReceiveWindow;
  /** What `content-length` leaves to come. */
  #declaredLeft: number | undefined;
  #listener: StreamListener = NO_ONE;
  /** Not told to the peer as read, while nobody reads. */
  #unreadBytes = 0;
  #isReading = false;
  #isEndedByPeer = false;
  #isClosed = false;
  #hasAnswer = false;
  /** What is left to send of the answer. */
  #rest: Omit<StreamAnswer, 'head'> | undefined;

  constructor(
    id: number,
    port: StreamPort,
    received: { readonly window: ReceiveWindow; readonly bodyBytes: number | undefined },
  ) {
    this.id = id;
    this.#port = port;
    this.#sendWindow = new SendWindow(port.peer.windowBytes);
    this.#receiveWindow = received.window;
    this.#declaredLeft = received.bodyBytes;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  get isEndedByPeer(): boolean {
    return this.#isEndedByPeer;
  }

  listen(listener: StreamListener): void {
    this.#listener = listener;
  }

  /** The peer may send on: until then it may send what its window allows. */
  read(): void {
    this.#isReading = true;
    this.#release(this.#unreadBytes);
    this.#unreadBytes = 0;
  }

  /** Headers alone; a request that has not ended is cut with NO_ERROR (RFC 9113, 8.1). */
  refuse(block: Buffer): void {
    if (this.#isClosed || this.#hasAnswer) return;
    this.#hasAnswer = true;
    this.#sendHeaders(block, true);
    this.#answered();
  }

  /** As the windows of the peer allow. */
  respond({ head, ...rest }: StreamAnswer): void {
    if (this.#isClosed || this.#hasAnswer) return;
    this.#hasAnswer = true;
    this.#sendHeaders(head, false);
    this.#rest = rest;
    this.sendMore();
  }

  /** Sends what is left of the answer, as far as it may. */
  sendMore(): void {
    const rest = this.#rest;
    if (this.#isClosed || rest === undefined) return;
    const { trailers } = rest;
    let { body } = rest;
    while (body.length > 0) {
      const sent = this.#sendPiece(body, trailers === undefined);
      if (sent === 0) {
        this.#rest = { ...rest, body };
        this.#port.blocked(this);
        return;
      }
      body = body.subarray(sent);
    }
    if (trailers !== undefined) this.#sendHeaders(trailers, true);
    this.#answered();
  }

  /** Cuts it. */
  reset(code: number): void {
    if (this.#isClosed) return;
    this.#port.writer.reset(this.id, code);
    this.#port.writer.flushSoon();
    this.close();
  }

  // What follows is the connection's.

  /** False when the peer sent more than it may. */
  takeWindow(bytes: number): boolean {
    return this.#receiveWindow.take(bytes);
  }

  data(bytes: Buffer, from: number, to: number): void {
    if (this.#isClosed) return;
    if (this.#declaredLeft !== undefined) this.#declaredLeft -= to - from;
    this.#listener.data(bytes, from, to);
  }

  /** A frame of `length` bytes, padding included, was taken. */
  frameEnded(length: number): void {
    if (this.#isReading || this.#isClosed) this.#release(length);
    else this.#unreadBytes += length;
  }

  /** False when the body is not as long as declared. */
  endedByPeer(): boolean {
    this.#isEndedByPeer = true;
    if (this.#declaredLeft !== undefined && this.#declaredLeft !== 0) return false;
    this.#listener.ended();
    return true;
  }

  /** False when the window would be larger than a window can be. */
  widen(bytes: number): boolean {
    return this.#sendWindow.widen(bytes);
  }

  /** It is over; nothing is sent about it. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#port.released(this.#unreadBytes);
    this.#port.closed(this);
    this.#listener.closed();
  }

  /** Returns how many bytes the windows allowed. */
  #sendPiece(body: Uint8Array, endsStream: boolean): number {
    const { writer, peer, sendWindow } = this.#port;
    const allowed = Math.min(sendWindow.left, this.#sendWindow.left, peer.frameBytesMax);
    if (allowed <= 0) return 0;
    const piece = body.subarray(0, allowed);
    sendWindow.take(piece.length);
    this.#sendWindow.take(piece.length);
    writer.data(this.id, piece, endsStream && piece.length === body.length);
    writer.flushSoon();
    return piece.length;
  }

  #answered(): void {
    if (!this.#isEndedByPeer) this.#port.writer.reset(this.id, Http2Code.noError);
    this.close();
  }

  #sendHeaders(block: Buffer, endsStream: boolean): void {
    const { writer, peer } = this.#port;
    const { frameBytesMax } = peer;
    writer.headers(this.id, block, { endsStream, frameBytesMax });
    writer.flushSoon();
  }

  #release(bytes: number): void {
    if (bytes === 0) return;
    this.#port.released(bytes);
    if (this.#isEndedByPeer || this.#isClosed) return;
    const increment = this.#receiveWindow.release(bytes);
    if (increment > 0) this.#port.writer.windowUpdate(this.id, increment);
  }
}
