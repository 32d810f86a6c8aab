import { HEADER_BLOCK_BYTES_MAX } from '../limits.ts';

/** `enum frame_type` of `bpf/http2.h`. */
export const FrameType = { data: 0, headers: 1, reset: 3, promise: 5, continuation: 9 } as const;

/** RFC 9113, section 6. */
export const FrameFlag = { endStream: 1, endHeaders: 4, padded: 8, priority: 0x20 } as const;

export interface Frame {
  readonly type: number;
  readonly flags: number;
  readonly stream: number;
  /** Without what is not there: that of data. Valid until the next bytes come. */
  readonly payload: Buffer;
}

const HEAD_BYTES = 9;
const STREAM_MASK = 0x7fff_ffff;
const NOTHING = Buffer.alloc(0);

/** Frames of one direction out of the records that carry them, wherever those were cut. */
export class FrameReader {
  #kept: Buffer = NOTHING;

  /** What is unfinished will never be finished. */
  forget(): void {
    this.#kept = NOTHING;
  }

  /** Frames that are complete with these bytes; `undefined` at their end: what follows is beyond limits. */
  *read(data: Buffer): Generator<Frame | undefined> {
    const bytes = this.#kept.length === 0 ? data : Buffer.concat([this.#kept, data]);
    let at = 0;
    while (at + HEAD_BYTES <= bytes.length) {
      const type = bytes.readUInt8(at + 3);
      const length = type === FrameType.data ? 0 : bytes.readUIntBE(at, 3);
      if (length > HEADER_BLOCK_BYTES_MAX) {
        this.forget();
        yield undefined;
        return;
      }
      const end = at + HEAD_BYTES + length;
      if (end > bytes.length) break;
      const stream = bytes.readUInt32BE(at + 5) & STREAM_MASK;
      const payload = bytes.subarray(at + HEAD_BYTES, end);
      yield { type, flags: bytes.readUInt8(at + 4), stream, payload };
      at = end;
    }
    this.#kept = at === bytes.length ? NOTHING : Buffer.from(bytes.subarray(at));
  }
}

/** The headers in a frame, without padding and priority; undefined when they do not fit. */
export function blockOf({ type, flags, payload }: Frame): Buffer | undefined {
  if (type === FrameType.continuation) return payload;
  const padding = flags & FrameFlag.padded ? (payload[0] ?? 0) : 0;
  let from = flags & FrameFlag.padded ? 1 : 0;
  // The stream that is promised, or what this one depends on.
  if (type === FrameType.promise) from += 4;
  else if (flags & FrameFlag.priority) from += 5;
  return from + padding <= payload.length
    ? payload.subarray(from, payload.length - padding)
    : undefined;
}
