import { HTTP2_REPEATED_BLOCK_BYTES_MAX } from '../limits.ts';
import type { HeaderBlock } from './header-assembler.ts';
import { HpackDecoder } from './hpack-decoder.ts';
import { HeaderCollector, type RequestHeaders } from './request-headers.ts';

interface KnownBlock {
  readonly bytes: Buffer;
  readonly changeCount: number;
  readonly headers: RequestHeaders;
}

/**
 * Header blocks of a connection to headers. A client that repeats its calls repeats their blocks byte
 * for byte: the last one is known by its bytes, while the table that they refer to is the same.
 */
export class RequestDecoder {
  readonly #decoder: HpackDecoder = new HpackDecoder();
  readonly #headerBytesMax: number;
  #known: KnownBlock | undefined;

  constructor(headerBytesMax: number) {
    this.#headerBytesMax = headerBytesMax;
  }

  /** Undefined for a malformed request. Throws `ConnectionFault`. */
  request(block: HeaderBlock): RequestHeaders | undefined {
    const { bytes, from, to } = block;
    const { changeCount } = this.#decoder;
    const known = this.#known;
    if (
      known?.changeCount === changeCount &&
      known.bytes.length === to - from &&
      known.bytes.compare(bytes, from, to) === 0
    ) {
      return known.headers;
    }
    const headers = this.#collect(block).request();
    const isPure = this.#decoder.changeCount === changeCount;
    if (isPure && headers !== undefined && to - from <= HTTP2_REPEATED_BLOCK_BYTES_MAX) {
      this.#known = { bytes: Buffer.from(bytes.subarray(from, to)), changeCount, headers };
    }
    return headers;
  }

  /** Reads trailers, which mean nothing here; returns whether they may be some. */
  trailers(block: HeaderBlock): boolean {
    return this.#collect(block).areTrailers;
  }

  #collect({ bytes, from, to }: HeaderBlock): HeaderCollector {
    const collector = new HeaderCollector(this.#headerBytesMax);
    this.#decoder.decode(bytes, from, to, (field) => collector.add(field));
    return collector;
  }
}
