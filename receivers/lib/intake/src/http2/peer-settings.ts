import { ConnectionFault } from './connection-fault.ts';
import type { FrameHead } from './frame-reader.ts';
import {
  DEFAULT_WINDOW_BYTES,
  FrameFlag,
  Http2Code,
  SettingId,
  WINDOW_BYTES_MAX,
} from './frames.ts';

/** An id of two bytes, a value of four. */
const SETTING_BYTES = 6;

const FRAME_BYTES_LEAST = 16_384;
const FRAME_BYTES_MOST = 16_777_215;

/** What a peer has said that binds what we send. Bytes. */
export class PeerSettings {
  #windowBytes: number = DEFAULT_WINDOW_BYTES;
  #frameBytesMax: number = FRAME_BYTES_LEAST;

  get windowBytes(): number {
    return this.#windowBytes;
  }

  get frameBytesMax(): number {
    return this.#frameBytesMax;
  }

  /** Takes the payload of a SETTINGS. Throws `ConnectionFault` (RFC 9113, 6.5.2). */
  take(bytes: Buffer, from: number, to: number): void {
    for (let at = from; at < to; at += SETTING_BYTES) {
      this.#set(bytes.readUInt16BE(at), bytes.readUInt32BE(at + 2));
    }
  }

  #set(id: number, value: number): void {
    if (id === SettingId.enablePush && value > 1) {
      throw new ConnectionFault(Http2Code.protocolError, 'ENABLE_PUSH that is neither 0 nor 1');
    }
    if (id === SettingId.initialWindowSize) {
      if (value > WINDOW_BYTES_MAX) {
        throw new ConnectionFault(Http2Code.flowControlError, 'INITIAL_WINDOW_SIZE too large');
      }
      this.#windowBytes = value;
    }
    if (id === SettingId.maxFrameSize) {
      if (value < FRAME_BYTES_LEAST || value > FRAME_BYTES_MOST) {
        throw new ConnectionFault(Http2Code.protocolError, 'MAX_FRAME_SIZE out of its range');
      }
      this.#frameBytesMax = value;
    }
  }
}

/** Throws `ConnectionFault` for a SETTINGS that is none. */
export function checkSettingsHead({ streamId, flags, length }: FrameHead): void {
  if (streamId !== 0) throw new ConnectionFault(Http2Code.protocolError, 'SETTINGS of a stream');
  const isAck = (flags & FrameFlag.ack) !== 0;
  if (isAck ? length > 0 : length % SETTING_BYTES !== 0) {
    throw new ConnectionFault(Http2Code.frameSizeError, 'SETTINGS of a wrong length');
  }
}

/** The payload of a SETTINGS. */
export function settingsPayload(
  settings: readonly (readonly [id: number, value: number])[],
): Buffer {
  const payload = Buffer.alloc(SETTING_BYTES * settings.length);
  for (const [index, [id, value]] of settings.entries()) {
    payload.writeUInt16BE(id, SETTING_BYTES * index);
    payload.writeUInt32BE(value, SETTING_BYTES * index + 2);
  }
  return payload;
}
