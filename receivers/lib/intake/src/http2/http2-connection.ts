import type { Socket } from 'node:net';
import { after } from '../after.ts';
import {
  HTTP2_GOODBYE_TIMEOUT_MS,
  HTTP2_HEADER_BLOCK_TIMEOUT_MS,
  HTTP2_HEADERS_MAX,
} from '../limits.ts';
import { broken, ConnectionFault, wrongLength } from './connection-fault.ts';
import { type FrameHead, FrameReader, type FrameSink } from './frame-reader.ts';
import { FrameWriter } from './frame-writer.ts';
import { DEFAULT_WINDOW_BYTES, FrameFlag, FrameType, Http2Code, ID_MASK } from './frames.ts';
import { HeaderAssembler, type HeaderBlock } from './header-assembler.ts';
import { checkSettingsHead } from './peer-settings.ts';
import { type StreamLimits, StreamTable, type StreamTableListener } from './stream-table.ts';

/** RFC 9113, 6.5.2: what a header counts beyond its name and value. */
const HEADER_OVERHEAD_BYTES = 32;

const PING_BYTES = 8;
const PRIORITY_BYTES = 5;
const WORD_BYTES = 4;

/** Ours are known by their bytes. */
const PING: Buffer = Buffer.from('keepsake');

const HTTP1_TEXT = 'This port speaks gRPC, by HTTP/2 alone.\n';
const HTTP1_ANSWER = [
  'HTTP/1.1 505 HTTP Version Not Supported',
  'Connection: close',
  'Content-Type: text/plain',
  `Content-Length: ${HTTP1_TEXT.length}`,
  '',
  HTTP1_TEXT,
].join('\r\n');

export interface Http2Listener extends Pick<StreamTableListener, 'requested'> {
  /** The client's first settings came. */
  greeted(): void;
  pinged(): void;
  /** Something went wrong that is no fault of the peer's. */
  failed(error: Error): void;
  closed(): void;
}

/**
 * - `open`: takes requests;
 * - `draining`: said goodbye, answers those in progress;
 * - `leaving`: nothing is in progress or matters, the peer is to close;
 * - `closed`.
 */
type State = 'open' | 'draining' | 'leaving' | 'closed';

/** The server's side of one HTTP/2 connection (RFC 9113) on a socket of its own. */
export class Http2Connection implements FrameSink {
  readonly #socket: Socket;
  readonly #limits: StreamLimits;
  readonly #listener: Http2Listener;
  readonly #writer: FrameWriter;
  readonly #streams: StreamTable;
  readonly #reader: FrameReader = new FrameReader(this);
  readonly #assembler: HeaderAssembler = new HeaderAssembler();
  #state: State = 'open';
  /** Whether we have said our settings, and the peer its own. */
  #hasGreeted = false;
  #isGreeted = false;
  #pingAnswered: (() => void) | undefined;
  #bytesRead = 0;
  #headerTimer: NodeJS.Timeout | undefined;
  #goodbyeTimer: NodeJS.Timeout | undefined;

  constructor(socket: Socket, limits: StreamLimits, listener: Http2Listener) {
    this.#socket = socket;
    this.#limits = limits;
    this.#listener = listener;
    this.#writer = new FrameWriter(socket);
    this.#streams = new StreamTable(this.#writer, limits, {
      requested: (stream, headers) => listener.requested(stream, headers),
      emptied: () => this.#leaveWhenDone(),
    });
    socket.on('data', (chunk: Buffer) => this.#read(chunk));
    // What breaks a socket closes it too, and the close is what counts.
    socket.on('error', () => undefined);
    socket.once('close', () => this.#closed());
  }

  get bytesRead(): number {
    return this.#bytesRead;
  }

  /** It takes no new requests. */
  get isGoing(): boolean {
    return this.#state !== 'open';
  }

  /** `answered` is called when the peer does. */
  ping(answered: () => void): void {
    this.#greet();
    this.#pingAnswered = answered;
    this.#writer.ping(PING);
  }

  /** Names the last request that is taken, and ends when those in progress are answered. Idempotent. */
  drain(): void {
    if (this.#state !== 'open') return;
    this.#state = 'draining';
    this.#greet();
    this.#streams.takeNoMore();
    this.#writer.goAway(this.#streams.lastId, Http2Code.noError);
    this.#writer.flushSoon();
    this.#leaveWhenDone();
  }

  /** Says why, cuts what is in progress, and ends. */
  goAway(code: number, words: string): void {
    if (this.#state === 'leaving' || this.#state === 'closed') return;
    this.#greet();
    this.#writer.goAway(this.#streams.lastId, code, words);
    this.#leave();
  }

  destroy(): void {
    this.#socket.destroy();
  }

  // For the reader of frames.

  prefaced(): void {
    this.#greet();
  }

  frame(head: FrameHead, bytes: Buffer, from: number, to: number): void {
    this.#expectGreeting(head);
    if (this.#assembler.isOpen) {
      this.#takeBlock(this.#assembler.go(head, bytes, from, to));
      return;
    }
    switch (head.type) {
      case FrameType.headers:
        if (head.streamId % 2 === 0) throw broken('HEADERS of a stream that no client has');
        this.#takeBlock(this.#assembler.begin(head, bytes, from, to));
        break;
      case FrameType.resetStream:
        if (head.length !== WORD_BYTES) throw wrongLength('RST_STREAM');
        this.#streams.resetByPeer(head.streamId);
        break;
      case FrameType.settings:
        this.#takeSettings(head, bytes, from, to);
        break;
      default:
        this.#streams.idleFrames.spend();
        this.#takeIdle(head, bytes, from, to);
    }
  }

  dataBegan(head: FrameHead): void {
    this.#expectGreeting(head);
    if (this.#assembler.isOpen) throw broken('DATA in the midst of a header block');
    this.#streams.dataBegan(head);
  }

  data(bytes: Buffer, from: number, to: number): void {
    this.#streams.data(bytes, from, to);
  }

  dataEnded(head: FrameHead): void {
    this.#streams.dataEnded(head);
  }

  /** Not before it must be: a client of HTTP/1 could not read the 505 after it. Idempotent. */
  #greet(): void {
    if (this.#hasGreeted) return;
    this.#hasGreeted = true;
    const { streamWindowBytes, streamsMax, headerBytesMax, connectionWindowBytes } = this.#limits;
    const headerListBytesMax = headerBytesMax + HTTP2_HEADERS_MAX * HEADER_OVERHEAD_BYTES;
    this.#writer.settings({ streamWindowBytes, streamsMax, headerListBytesMax });
    this.#writer.windowUpdate(0, connectionWindowBytes - DEFAULT_WINDOW_BYTES);
    this.#writer.flushSoon();
  }

  #read(chunk: Buffer): void {
    this.#bytesRead += chunk.length;
    try {
      this.#reader.read(chunk);
    } catch (error) {
      this.#fail(error);
    }
    this.#limitHeaderBlock();
  }

  #limitHeaderBlock(): void {
    if (this.#assembler.isOpen && this.#state !== 'closed') {
      const tired = (): void =>
        this.goAway(Http2Code.enhanceYourCalm, 'a header block that does not end');
      this.#headerTimer ??= after(HTTP2_HEADER_BLOCK_TIMEOUT_MS, tired);
    } else if (this.#headerTimer !== undefined) {
      clearTimeout(this.#headerTimer);
      this.#headerTimer = undefined;
    }
  }

  #fail(error: unknown): void {
    if (this.#reader.isHttp1) {
      this.#socket.write(HTTP1_ANSWER);
      this.#leave();
    } else if (error instanceof ConnectionFault) {
      this.goAway(error.code, error.message);
    } else {
      this.#listener.failed(error instanceof Error ? error : new Error(String(error)));
      this.goAway(Http2Code.internalError, '');
    }
  }

  #takeBlock(block: HeaderBlock | undefined): void {
    if (block !== undefined) this.#streams.block(block);
  }

  #takeSettings(head: FrameHead, bytes: Buffer, from: number, to: number): void {
    checkSettingsHead(head);
    this.#streams.idleFrames.spend();
    if ((head.flags & FrameFlag.ack) !== 0) return;
    this.#streams.settings(bytes, from, to);
    this.#writer.settingsAck();
    this.#streams.sendBlocked();
    if (this.#isGreeted) return;
    this.#isGreeted = true;
    this.#listener.greeted();
  }

  /** What is answered at once or not at all. What RFC 9113 does not know is read and has no effect. */
  #takeIdle(head: FrameHead, bytes: Buffer, from: number, to: number): void {
    const { type, streamId, length } = head;
    switch (type) {
      case FrameType.windowUpdate:
        if (length !== WORD_BYTES) throw wrongLength('WINDOW_UPDATE');
        this.#streams.widen(streamId, bytes.readUInt32BE(from) & ID_MASK);
        break;
      case FrameType.ping:
        this.#takePing(head, bytes.subarray(from, to));
        break;
      case FrameType.priority:
        this.#takePriority(head, bytes, from);
        break;
      case FrameType.goAway:
        if (streamId !== 0) throw broken('GOAWAY of a stream');
        if (length < 2 * WORD_BYTES) throw wrongLength('GOAWAY');
        break;
      case FrameType.pushPromise:
        throw broken('a PUSH_PROMISE of a client');
      case FrameType.continuation:
        throw broken('a CONTINUATION of nothing');
    }
  }

  #takePing({ streamId, flags, length }: FrameHead, payload: Buffer): void {
    if (streamId !== 0) throw broken('PING of a stream');
    if (length !== PING_BYTES) throw wrongLength('PING');
    if ((flags & FrameFlag.ack) === 0) {
      this.#writer.ping(payload, FrameFlag.ack);
      this.#writer.flushSoon();
      this.#listener.pinged();
    } else if (PING.equals(payload)) {
      this.#pingAnswered?.();
      this.#pingAnswered = undefined;
    }
  }

  /** RFC 9113, 5.3.2: nobody heeds priorities, but what is none is a fault. */
  #takePriority({ streamId, length }: FrameHead, bytes: Buffer, from: number): void {
    if (streamId === 0) throw broken('PRIORITY of no stream');
    if (length !== PRIORITY_BYTES) {
      this.#streams.reset(streamId, Http2Code.frameSizeError);
    } else if ((bytes.readUInt32BE(from) & ID_MASK) === streamId) {
      this.#streams.reset(streamId, Http2Code.protocolError);
    }
  }

  #expectGreeting({ type, flags }: FrameHead): void {
    if (this.#isGreeted) return;
    if (type === FrameType.settings && (flags & FrameFlag.ack) === 0) return;
    throw broken('a frame before SETTINGS');
  }

  #leaveWhenDone(): void {
    if (this.#state === 'draining' && this.#streams.isEmpty) this.#leave();
  }

  #leave(): void {
    this.#state = 'leaving';
    this.#reader.stop();
    this.#streams.closeAll();
    this.#writer.flush();
    this.#socket.end();
    this.#goodbyeTimer = after(HTTP2_GOODBYE_TIMEOUT_MS, () => this.#socket.destroy());
  }

  #closed(): void {
    this.#state = 'closed';
    this.#reader.stop();
    clearTimeout(this.#headerTimer);
    clearTimeout(this.#goodbyeTimer);
    this.#writer.close();
    this.#streams.closeAll();
    this.#listener.closed();
  }
}
