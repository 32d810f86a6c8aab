import type { Socket } from 'node:net';
import { after } from '../after.ts';
import { GRPC_ANSWER_TIMEOUT_MS, HTTP2_UNSENT_BYTES_MAX } from '../limits.ts';
import { FRAME_HEAD_BYTES, FrameFlag, FrameType, SettingId } from './frames.ts';
import { NO_TABLE } from './hpack-encoder.ts';
import { settingsPayload } from './peer-settings.ts';

const START_BYTES = 512;
const NOTHING: Buffer = Buffer.alloc(0);

interface Frame {
  readonly type: number;
  readonly flags?: number;
  readonly streamId?: number;
  readonly payload?: Uint8Array;
}

/** What a server tells of itself first. */
export interface OwnSettings {
  readonly streamWindowBytes: number;
  readonly streamsMax: number;
  readonly headerListBytesMax: number;
}

/**
 * Writes frames into one buffer, and that to the socket: what is said in one turn goes in one piece.
 * A peer that does not read is cut: after a time, or when too much waits.
 */
export class FrameWriter {
  readonly #socket: Socket;
  #bytes: Buffer = NOTHING;
  #length = 0;
  #isDue = false;
  #isDueSoon = false;
  #hasHeaders = false;
  #impatience: NodeJS.Timeout | undefined;

  constructor(socket: Socket) {
    this.#socket = socket;
  }

  settings(own: OwnSettings): void {
    const payload = settingsPayload([
      [SettingId.enablePush, 0],
      [SettingId.maxConcurrentStreams, own.streamsMax],
      [SettingId.initialWindowSize, own.streamWindowBytes],
      [SettingId.maxHeaderListSize, own.headerListBytesMax],
    ]);
    this.#put({ type: FrameType.settings, payload });
  }

  settingsAck(): void {
    this.#put({ type: FrameType.settings, flags: FrameFlag.ack });
  }

  ping(payload: Uint8Array, flags = 0): void {
    this.#put({ type: FrameType.ping, flags, payload });
  }

  windowUpdate(streamId: number, increment: number): void {
    this.#put({ type: FrameType.windowUpdate, streamId, payload: words(increment) });
  }

  reset(streamId: number, code: number): void {
    this.#put({ type: FrameType.resetStream, streamId, payload: words(code) });
  }

  goAway(lastStreamId: number, code: number, text = ''): void {
    const payload = Buffer.concat([words(lastStreamId, code), Buffer.from(text)]);
    this.#put({ type: FrameType.goAway, payload });
  }

  /** A header block, in as many frames as the peer's `frameBytesMax` asks for. */
  headers(
    streamId: number,
    block: Buffer,
    { endsStream, frameBytesMax }: { endsStream: boolean; frameBytesMax: number },
  ): void {
    const whole = this.#hasHeaders ? block : Buffer.concat([NO_TABLE, block]);
    this.#hasHeaders = true;
    for (let at = 0; at === 0 || at < whole.length; at += frameBytesMax) {
      const isLast = at + frameBytesMax >= whole.length;
      const ends = at === 0 && endsStream ? FrameFlag.endStream : 0;
      this.#put({
        type: at === 0 ? FrameType.headers : FrameType.continuation,
        flags: ends | (isLast ? FrameFlag.endHeaders : 0),
        streamId,
        payload: isLast && at === 0 ? whole : whole.subarray(at, at + frameBytesMax),
      });
    }
  }

  data(streamId: number, payload: Uint8Array, endsStream: boolean): void {
    const flags = endsStream ? FrameFlag.endStream : 0;
    this.#put({ type: FrameType.data, flags, streamId, payload });
  }

  /**
   * Sends what was written when the turn of whoever writes is over; without it, when every socket was
   * read, for what is not waited for.
   */
  flushSoon(): void {
    if (this.#isDueSoon) return;
    this.#isDueSoon = true;
    process.nextTick(this.#flushDueSoon);
  }

  /** Sends what was written. */
  flush(): void {
    const socket = this.#socket;
    if (this.#length === 0 || socket.destroyed || socket.writableEnded) return;
    const piece = this.#bytes.subarray(0, this.#length);
    this.#bytes = NOTHING;
    this.#length = 0;
    socket.write(piece, this.#written);
    if (socket.writableLength === 0) return;
    this.#impatience ??= after(GRPC_ANSWER_TIMEOUT_MS, () => socket.destroy());
    if (socket.writableLength > HTTP2_UNSENT_BYTES_MAX) socket.destroy();
  }

  /** Nothing is sent any more. */
  close(): void {
    clearTimeout(this.#impatience);
  }

  readonly #flushDueSoon = (): void => {
    this.#isDueSoon = false;
    this.flush();
  };

  readonly #flushDue = (): void => {
    this.#isDue = false;
    this.flush();
  };

  readonly #written = (): void => {
    if (this.#socket.writableLength > 0) return;
    clearTimeout(this.#impatience);
    this.#impatience = undefined;
  };

  #put({ type, flags = 0, streamId = 0, payload = NOTHING }: Frame): void {
    const at = this.#length;
    const to = at + FRAME_HEAD_BYTES + payload.length;
    if (to > this.#bytes.length) this.#grow(to);
    const bytes = this.#bytes;
    bytes.writeUIntBE(payload.length, at, 3);
    bytes.writeUInt8(type, at + 3);
    bytes.writeUInt8(flags, at + 4);
    bytes.writeUInt32BE(streamId, at + 5);
    bytes.set(payload, at + FRAME_HEAD_BYTES);
    this.#length = to;
    if (this.#isDue) return;
    this.#isDue = true;
    setImmediate(this.#flushDue);
  }

  #grow(length: number): void {
    const bytes = Buffer.allocUnsafe(Math.max(START_BYTES, 2 * length));
    bytes.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = bytes;
  }
}

/** Numbers of 32 bits, one after the other. */
function words(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(4 * values.length);
  for (const [index, value] of values.entries()) bytes.writeUInt32BE(value, 4 * index);
  return bytes;
}
