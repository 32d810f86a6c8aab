import { HTTP2_IDLE_FRAMES, HTTP2_IDLE_FRAMES_PER_CALL, HTTP2_RESETS } from '../limits.ts';
import { ClosedStreams } from './closed-streams.ts';
import { broken, ConnectionFault, tooMuch } from './connection-fault.ts';
import { ReceiveWindow, SendWindow } from './flow-windows.ts';
import { FrameBudget } from './frame-budget.ts';
import type { FrameHead } from './frame-reader.ts';
import type { FrameWriter } from './frame-writer.ts';
import { FrameFlag, Http2Code } from './frames.ts';
import type { HeaderBlock } from './header-assembler.ts';
import { Http2Stream, type StreamPort } from './http2-stream.ts';
import { PeerSettings } from './peer-settings.ts';
import { RequestDecoder } from './request-decoder.ts';
import type { RequestHeaders } from './request-headers.ts';

export interface StreamLimits {
  /** Requests in progress; the next is refused (REFUSED_STREAM). */
  readonly streamsMax: number;
  /** Names and values of a request's headers; a request with more is marked. */
  readonly headerBytesMax: number;
  /** What may come of a stream, and of all of them, before it is read. Bytes. */
  readonly streamWindowBytes: number;
  readonly connectionWindowBytes: number;
}

export interface StreamTableListener {
  /** To be served: `stream.listen` at once. */
  requested(stream: Http2Stream, headers: RequestHeaders): void;
  /** No stream is open any more. */
  emptied(): void;
}

/** The streams of a connection: what their frames do to them, and what they may send and take. */
export class StreamTable implements StreamPort {
  readonly writer: FrameWriter;
  readonly peer: PeerSettings = new PeerSettings();
  readonly sendWindow: SendWindow = new SendWindow();
  /** For frames that bring nothing. */
  readonly idleFrames: FrameBudget = new FrameBudget(HTTP2_IDLE_FRAMES, 'too many idle frames');
  readonly #limits: StreamLimits;
  readonly #listener: StreamTableListener;
  readonly #requests: RequestDecoder;
  readonly #receiveWindow: ReceiveWindow;
  /** At most `streamsMax`. */
  readonly #open: Map<number, Http2Stream> = new Map();
  readonly #closed: ClosedStreams = new ClosedStreams();
  /** Those whose answers wait for a window. */
  readonly #blocked: Set<Http2Stream> = new Set();
  readonly #resets: FrameBudget = new FrameBudget(HTTP2_RESETS, 'too many streams reset');
  #lastId = 0;
  #takesRequests = true;
  /** Whose DATA is coming; undefined when nobody wants it. */
  #target: Http2Stream | undefined;

  constructor(writer: FrameWriter, limits: StreamLimits, listener: StreamTableListener) {
    this.writer = writer;
    this.#limits = limits;
    this.#listener = listener;
    this.#requests = new RequestDecoder(limits.headerBytesMax);
    this.#receiveWindow = new ReceiveWindow(limits.connectionWindowBytes);
  }

  /** The last stream that was taken. */
  get lastId(): number {
    return this.#lastId;
  }

  get isEmpty(): boolean {
    return this.#open.size === 0;
  }

  /** New streams are refused from now on. */
  takeNoMore(): void {
    this.#takesRequests = false;
  }

  closeAll(): void {
    for (const stream of this.#open.values()) stream.close();
  }

  // For its streams.

  released(bytes: number): void {
    const increment = this.#receiveWindow.release(bytes);
    if (increment > 0) this.writer.windowUpdate(0, increment);
  }

  blocked(stream: Http2Stream): void {
    this.#blocked.add(stream);
  }

  closed(stream: Http2Stream): void {
    this.#open.delete(stream.id);
    this.#blocked.delete(stream);
    this.#closed.add(stream.id, stream.isEndedByPeer ? 'over' : 'reset');
    this.idleFrames.earn(HTTP2_IDLE_FRAMES_PER_CALL);
    if (this.isEmpty) this.#listener.emptied();
  }

  // For the frames of its connection. All may throw `ConnectionFault`.

  dataBegan({ streamId, length, flags }: FrameHead): void {
    if (this.#isIdle(streamId)) throw broken('DATA of a stream that is not open');
    if (!this.#receiveWindow.take(length)) throw tooMuch('more than the window of the connection');
    if (length === 0 && (flags & FrameFlag.endStream) === 0) this.idleFrames.spend();
    const stream = this.#open.get(streamId);
    this.#target = undefined;
    if (stream === undefined) this.#expectReset(streamId);
    else if (stream.isEndedByPeer) this.reset(streamId, Http2Code.streamClosed);
    else if (!stream.takeWindow(length)) this.reset(streamId, Http2Code.flowControlError);
    else this.#target = stream;
  }

  data(bytes: Buffer, from: number, to: number): void {
    this.#target?.data(bytes, from, to);
  }

  dataEnded({ streamId, length, flags }: FrameHead): void {
    const stream = this.#target;
    this.#target = undefined;
    if (stream === undefined) this.released(length);
    else stream.frameEnded(length);
    if ((flags & FrameFlag.endStream) === 0) return;
    if (stream === undefined || stream.isClosed) this.#closed.endedByPeer(streamId);
    else this.#end(stream);
  }

  block(block: HeaderBlock): void {
    const stream = this.#open.get(block.streamId);
    if (stream !== undefined) this.#takeTrailers(stream, block);
    else if (this.#isIdle(block.streamId)) this.#takeRequest(block);
    else this.#takeLateBlock(block);
  }

  resetByPeer(streamId: number): void {
    if (this.#isIdle(streamId)) throw broken('RST_STREAM of a stream that is not open');
    this.#resets.spend();
    this.#open.get(streamId)?.close();
    this.#closed.endedByPeer(streamId);
  }

  /** More may be sent of a stream, or of the connection (0). */
  widen(streamId: number, increment: number): void {
    if (streamId === 0) {
      if (increment === 0) throw broken('WINDOW_UPDATE of nothing');
      if (!this.sendWindow.widen(increment)) throw tooMuch('a window that is too large');
    } else {
      if (this.#isIdle(streamId)) throw broken('WINDOW_UPDATE of a stream that is not open');
      const stream = this.#open.get(streamId);
      if (stream === undefined) return;
      if (increment === 0) this.reset(streamId, Http2Code.protocolError);
      else if (!stream.widen(increment)) this.reset(streamId, Http2Code.flowControlError);
    }
    this.sendBlocked();
  }

  /** The payload of a SETTINGS; answers that waited for it go after its ACK (`sendBlocked`). */
  settings(bytes: Buffer, from: number, to: number): void {
    const before = this.peer.windowBytes;
    this.peer.take(bytes, from, to);
    const change = this.peer.windowBytes - before;
    if (change === 0) return;
    for (const stream of this.#open.values()) {
      if (!stream.widen(change)) throw tooMuch('a window that is too large');
    }
  }

  sendBlocked(): void {
    if (this.#blocked.size === 0) return;
    const blocked = [...this.#blocked];
    this.#blocked.clear();
    for (const stream of blocked) stream.sendMore();
  }

  /**
   * Ends a stream for a fault of the peer's. Not without end: a peer can make faults faster than
   * anything else.
   */
  reset(streamId: number, code: number): void {
    this.#resets.spend();
    this.#open.get(streamId)?.close();
    this.writer.reset(streamId, code);
    this.writer.flushSoon();
  }

  #takeRequest(block: HeaderBlock): void {
    const { streamId } = block;
    this.#lastId = streamId;
    const headers = this.#requests.request(block);
    if (!this.#takesRequests || this.#open.size >= this.#limits.streamsMax) {
      this.#refuse(block, Http2Code.refusedStream);
    } else if (headers === undefined || block.isOwnParent) {
      this.#refuse(block, Http2Code.protocolError);
    } else {
      const stream = new Http2Stream(streamId, this, {
        window: new ReceiveWindow(this.#limits.streamWindowBytes),
        bodyBytes: headers.bodyBytes,
      });
      this.#open.set(streamId, stream);
      this.#listener.requested(stream, headers);
      if (block.endsStream) this.#end(stream);
    }
  }

  #takeTrailers(stream: Http2Stream, block: HeaderBlock): void {
    const areTrailers = this.#requests.trailers(block);
    if (stream.isEndedByPeer) this.reset(stream.id, Http2Code.streamClosed);
    else if (!areTrailers || !block.endsStream) this.reset(stream.id, Http2Code.protocolError);
    else this.#end(stream);
  }

  /** Of a stream that is closed: trailers that were on their way, or a fault. */
  #takeLateBlock(block: HeaderBlock): void {
    const ending = this.#closed.endingOf(block.streamId);
    if (ending === undefined) throw broken('HEADERS of a stream older than the last');
    if (ending === 'over') {
      throw new ConnectionFault(Http2Code.streamClosed, 'HEADERS of a closed stream');
    }
    this.#requests.trailers(block);
    if (block.endsStream) this.#closed.endedByPeer(block.streamId);
  }

  #end(stream: Http2Stream): void {
    if (!stream.endedByPeer()) this.reset(stream.id, Http2Code.protocolError);
  }

  #refuse({ streamId, endsStream }: HeaderBlock, code: number): void {
    this.#closed.add(streamId, endsStream ? 'over' : 'reset');
    this.reset(streamId, code);
  }

  /** DATA of a stream that is not there: on its way when it was reset, or a fault. */
  #expectReset(streamId: number): void {
    if (this.#closed.endingOf(streamId) === 'reset') return;
    this.reset(streamId, Http2Code.streamClosed);
  }

  #isIdle(streamId: number): boolean {
    return streamId > this.#lastId || streamId % 2 === 0;
  }
}
