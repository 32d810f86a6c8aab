import type { Transform } from 'node:stream';
import * as zlib from 'node:zlib';
import { lz4FrameEncoder } from './lz4-encoder.ts';
import { nativeBlockEncoder } from './native-blocks.ts';

/** `http`: what `Accept-Encoding` names; `blocks`: ClickHouse's own framing of `compress=1`. */
export type AnswerCompression = 'none' | 'http' | 'blocks';

/** How the bytes of one answer are encoded. */
export interface AnswerEncoding {
  /** `Content-Encoding`; undefined where the client expects the framing without being told. */
  readonly header: string | undefined;
  /** Smaller answers go out as they are. */
  readonly bytesMin: number;
  encoder(): Transform;
}

/** Smaller answers are not worth compressing. */
const COMPRESS_BYTES_MIN = 1024;

/** zstd came to Node with 22.15 and 23.8. */
function zstdEncoder(): (() => Transform) | undefined {
  const create: unknown = Reflect.get(zlib, 'createZstdCompress');
  return typeof create === 'function' ? () => create() : undefined;
}

const ZSTD = zstdEncoder();

/** The cheapest first: answers go over loopback more often than not. */
const ENCODERS: ReadonlyArray<readonly [string, () => Transform]> = [
  ['lz4', lz4FrameEncoder],
  ...(ZSTD === undefined ? [] : [['zstd', ZSTD] as const]),
  ['gzip', () => zlib.createGzip({ level: 1 })],
  ['br', () => zlib.createBrotliCompress({ params: { [zlib.constants.BROTLI_PARAM_QUALITY]: 1 } })],
  ['deflate', () => zlib.createDeflate({ level: 1 })],
];

const BLOCKS: AnswerEncoding = { header: undefined, bytesMin: 1, encoder: nativeBlockEncoder };

/** The first of ours that the client names; quality values are not weighed. */
export function answerEncoding(
  compression: AnswerCompression,
  acceptEncoding: string,
): AnswerEncoding | undefined {
  if (compression === 'none') return undefined;
  if (compression === 'blocks') return BLOCKS;
  const accepted = acceptEncoding
    .split(',')
    .map((item) => item.split(';')[0]?.trim().toLowerCase());
  const found = ENCODERS.find(([name]) => accepted.includes(name));
  if (found === undefined) return undefined;
  return { header: found[0], bytesMin: COMPRESS_BYTES_MIN, encoder: found[1] };
}
