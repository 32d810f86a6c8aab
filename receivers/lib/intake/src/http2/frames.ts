/** RFC 9113, 6: the types of frames. */
export const FrameType = {
  data: 0,
  headers: 1,
  priority: 2,
  resetStream: 3,
  settings: 4,
  pushPromise: 5,
  ping: 6,
  goAway: 7,
  windowUpdate: 8,
  continuation: 9,
} as const;

/** Flags of frames; which of them a frame may have depends on its type. */
export const FrameFlag = {
  ack: 0x1,
  endStream: 0x1,
  endHeaders: 0x4,
  padded: 0x8,
  priority: 0x20,
} as const;

/** RFC 9113, 7: why a stream or a connection ends. */
export const Http2Code = {
  noError: 0,
  protocolError: 1,
  internalError: 2,
  flowControlError: 3,
  streamClosed: 5,
  frameSizeError: 6,
  refusedStream: 7,
  cancel: 8,
  compressionError: 9,
  enhanceYourCalm: 11,
} as const;

/** RFC 9113, 6.5.2. */
export const SettingId = {
  headerTableSize: 1,
  enablePush: 2,
  maxConcurrentStreams: 3,
  initialWindowSize: 4,
  maxFrameSize: 5,
  maxHeaderListSize: 6,
} as const;

/** Length, type, flags and stream. */
export const FRAME_HEAD_BYTES = 9;

/** What a client sends first (RFC 9113, 3.4). */
export const PREFACE: Buffer = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');

/** Windows before anybody has said another size. Bytes. */
export const DEFAULT_WINDOW_BYTES = 65_535;

/** The largest window. Bytes. */
export const WINDOW_BYTES_MAX: number = 2 ** 31 - 1;

/** The top bit of stream ids, increments and dependencies has no meaning. */
export const ID_MASK = 0x7fff_ffff;
