import { HEADER_BLOCK_BYTES_MAX, HTTP2_STREAMS_MAX } from '../limits.ts';
import { blockOf, type Frame, FrameFlag, FrameReader, FrameType } from './frame-reader.ts';
import { HpackDecoder } from './hpack-decoder.ts';
import type { HeaderField } from './static-table.ts';

/** A request of HTTP/2 and what became of it, as far as it was seen. */
export interface Http2Stream {
  /** CLOCK_MONOTONIC; undefined while the request was not seen. */
  startNs: number | undefined;
  endNs: number | undefined;
  tgid: number;
  method: string | undefined;
  path: string | undefined;
  authority: string | undefined;
  contentType: string | undefined;
  traceparent: string | undefined;
  /** Of the answer; 0 while there is none. */
  status: number;
  grpcStatus: number | undefined;
  wasReset: boolean;
}

/** One record of frames. */
export interface FramesRecord {
  readonly isRequest: boolean;
  /** Something of this direction is missing before it. */
  readonly isTorn: boolean;
  /** Of its direction; what is missing in between was lost on the way. */
  readonly sequence: number;
  readonly atNs: number;
  readonly tgid: number;
  readonly data: Buffer;
}

class Direction {
  readonly reader = new FrameReader();
  readonly hpack = new HpackDecoder();
  nextSequence = 0;
  /** The frame that the block under way began with. */
  #begun: Pick<Frame, 'type' | 'flags' | 'stream'> = { type: 0, flags: 0, stream: 0 };
  #block: Buffer[] = [];
  #blockBytes = 0;

  forget(): void {
    this.reader.forget();
    this.hpack.forget();
    this.#begin({ type: 0, flags: 0, stream: 0 });
  }

  /** The block that the frame completes, with the frame that began it; undefined while it goes on. */
  complete(
    frame: Frame,
  ): (Pick<Frame, 'type' | 'flags' | 'stream'> & { block: Buffer }) | undefined {
    const part = blockOf(frame);
    if (frame.type !== FrameType.continuation) this.#begin(frame);
    this.#blockBytes += part?.length ?? 0;
    const isOrphan = frame.type === FrameType.continuation && this.#begun.type === 0;
    if (part === undefined || isOrphan || this.#blockBytes > HEADER_BLOCK_BYTES_MAX) {
      this.forget();
      return undefined;
    }
    if ((frame.flags & FrameFlag.endHeaders) === 0) {
      this.#block.push(Buffer.from(part));
      return undefined;
    }
    const { type, flags, stream } = this.#begun;
    const block = this.#block.length === 0 ? part : Buffer.concat([...this.#block, part]);
    this.#begin({ type: 0, flags: 0, stream: 0 });
    return { type, flags, stream, block };
  }

  #begin({ type, flags, stream }: Pick<Frame, 'type' | 'flags' | 'stream'>): void {
    this.#begun = { type, flags, stream };
    this.#block = [];
    this.#blockBytes = 0;
  }
}

const PRINTABLE = /^[\x21-\x7e]+$/;
const STATUS = /^[1-5]\d\d$/;
const GRPC_STATUS = /^\d{1,2}$/;

/** Joins the frames of both directions of a connection to requests with their answers. */
export class Http2Connection {
  readonly #onFinished: (stream: Http2Stream) => void;
  readonly #request = new Direction();
  readonly #answer = new Direction();
  readonly #streams = new Map<number, Http2Stream>();
  #dropped = 0;

  constructor(onFinished: (stream: Http2Stream) => void) {
    this.#onFinished = onFinished;
  }

  /** Streams beyond the limit, and answers whose requests were never seen. */
  get dropped(): number {
    return this.#dropped;
  }

  take(record: FramesRecord): void {
    const direction = record.isRequest ? this.#request : this.#answer;
    if (record.isTorn || record.sequence !== direction.nextSequence) direction.forget();
    direction.nextSequence = record.sequence + 1;
    for (const frame of direction.reader.read(record.data)) {
      if (frame === undefined) direction.forget();
      else this.#takeFrame(frame, record, direction);
    }
  }

  /** It is closed: what is not answered will not be. */
  close(atNs: number): void {
    for (const stream of this.#streams.values()) {
      if (stream.startNs === undefined) {
        this.#dropped++;
        continue;
      }
      stream.endNs = atNs;
      stream.wasReset = true;
      this.#onFinished(stream);
    }
    this.#streams.clear();
  }

  #takeFrame(frame: Frame, record: FramesRecord, direction: Direction): void {
    if (frame.type === FrameType.reset) {
      this.#reset(frame, record);
    } else if (frame.type === FrameType.data) {
      this.#endOf(frame, record);
    } else {
      const whole = direction.complete(frame);
      if (whole !== undefined) this.#takeBlock(whole, record, direction.hpack.decode(whole.block));
    }
  }

  /** `fields`: undefined when nobody could read them. */
  #takeBlock(
    head: Pick<Frame, 'type' | 'flags' | 'stream'>,
    record: FramesRecord,
    fields: readonly HeaderField[] = [],
  ): void {
    if (head.type !== FrameType.headers) return;
    if (record.isRequest) this.#asked(head.stream, record, fields);
    else this.#answered(head.stream, fields);
    this.#endOf(head, record);
  }

  #endOf({ stream, flags }: Pick<Frame, 'flags' | 'stream'>, record: FramesRecord): void {
    if ((flags & FrameFlag.endStream) !== 0 && !record.isRequest) this.#end(stream, record.atNs);
  }

  #asked(id: number, record: FramesRecord, fields: readonly HeaderField[]): void {
    const stream = this.#stream(id);
    // Behind its body a request may have headers once more.
    if (stream.startNs !== undefined) return;
    stream.startNs = record.atNs;
    stream.tgid = record.tgid;
    for (const { name, value } of fields) {
      if (value === undefined || !PRINTABLE.test(value)) continue;
      if (name === ':method') stream.method = value;
      else if (name === ':path') stream.path = value;
      else if (name === ':authority') stream.authority = value;
      else if (name === 'content-type') stream.contentType = value;
      else if (name === 'traceparent') stream.traceparent = value;
    }
    if (stream.endNs !== undefined) this.#end(id, stream.endNs);
  }

  #answered(id: number, fields: readonly HeaderField[]): void {
    const stream = this.#stream(id);
    for (const { name, value = '' } of fields) {
      if (name === ':status' && STATUS.test(value)) stream.status = Number(value);
      else if (name === 'grpc-status' && GRPC_STATUS.test(value)) stream.grpcStatus = Number(value);
      else if (name === 'content-type') stream.contentType ??= value;
    }
  }

  /** Answers may be recorded before their requests: two CPUs, one connection. */
  #end(id: number, atNs: number): void {
    const stream = this.#streams.get(id);
    if (stream === undefined) return;
    stream.endNs = atNs;
    if (stream.startNs === undefined) return;
    this.#streams.delete(id);
    this.#onFinished(stream);
  }

  #reset(frame: Frame, record: FramesRecord): void {
    const stream = this.#streams.get(frame.stream);
    if (stream === undefined) return;
    // A server that has answered need not hear the rest of the request.
    stream.wasReset = frame.payload.some((byte) => byte !== 0);
    this.#end(frame.stream, record.atNs);
  }

  #stream(id: number): Http2Stream {
    const known = this.#streams.get(id);
    if (known !== undefined) return known;
    if (this.#streams.size >= HTTP2_STREAMS_MAX) {
      const oldest = this.#streams.keys().next().value;
      if (oldest !== undefined) this.#streams.delete(oldest);
      this.#dropped++;
    }
    const stream: Http2Stream = {
      startNs: undefined,
      endNs: undefined,
      tgid: 0,
      method: undefined,
      path: undefined,
      authority: undefined,
      contentType: undefined,
      traceparent: undefined,
      status: 0,
      grpcStatus: undefined,
      wasReset: false,
    };
    this.#streams.set(id, stream);
    return stream;
  }
}
