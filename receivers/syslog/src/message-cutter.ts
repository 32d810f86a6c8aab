import {
  LineSplitter,
  NUL_FEED,
  type Splitter,
  splitterOf,
  type TrimmedRange,
  trimRecord,
} from '@sonde/log-operators';
import type { SyslogReceiverConfig, TcpConfig } from './config.ts';
import { OctetSplitter } from './octet-splitter.ts';

export type CutterConfig = Omit<TcpConfig, 'listen_address' | 'tls'>;

/** Cuts the bytes of one connection into messages; holds at most one message and one chunk. */
export class MessageCutter {
  readonly #config: CutterConfig;
  readonly #splitter: Splitter;
  readonly #range: TrimmedRange = { start: 0, end: 0 };
  #left: Buffer = Buffer.alloc(0);

  constructor(config: CutterConfig, framing: Framing) {
    this.#config = config;
    this.#splitter = framingOf(config, framing);
  }

  /** The messages that end in `chunk`; the rest waits for the next one. */
  add(chunk: Buffer): readonly string[] {
    const bytes = this.#left.length === 0 ? chunk : Buffer.concat([this.#left, chunk]);
    if (this.#config.one_log_per_packet) {
      // The connection is one message; what is too long is cut off.
      this.#left = Buffer.from(bytes.subarray(0, this.#config.max_log_size));
      return [];
    }
    return this.#cut(bytes, false);
  }

  /** What is left when nothing more comes. */
  end(): readonly string[] {
    const bytes = this.#left;
    this.#left = Buffer.alloc(0);
    if (bytes.length === 0) return [];
    return this.#config.one_log_per_packet ? this.#decoded(bytes) : this.#cut(bytes, true);
  }

  #cut(bytes: Buffer, final: boolean): readonly string[] {
    const { max_log_size: most } = this.#config;
    const messages: string[] = [];
    this.#splitter.begin(bytes);
    while (this.#splitter.next(false)) messages.push(...this.#record(bytes));
    let used = this.#splitter.position;
    for (; bytes.length - used >= most; used += most) {
      messages.push(...this.#decoded(bytes.subarray(used, used + most)));
    }
    const rest = bytes.subarray(used);
    if (final && rest.length > 0) {
      this.#splitter.begin(rest);
      while (this.#splitter.next(true)) messages.push(...this.#record(rest));
    }
    this.#left = final ? Buffer.alloc(0) : Buffer.from(rest);
    return messages;
  }

  /** The record the splitter stands at, in pieces where it is too long. */
  #record(bytes: Buffer): readonly string[] {
    const { start, end } = this.#splitter;
    const { max_log_size: most } = this.#config;
    const messages: string[] = [];
    for (let from = start; from < end; from += most) {
      messages.push(...this.#decoded(bytes.subarray(from, Math.min(end, from + most))));
    }
    return messages;
  }

  /** One message, or none of nothing but white space. */
  #decoded(bytes: Buffer): readonly string[] {
    const range = this.#range;
    range.start = 0;
    range.end = bytes.length;
    if (this.#config.encoding.unitBytes === 1) trimRecord(bytes, range, this.#config);
    const text = this.#config.encoding.decode(bytes.subarray(range.start, range.end));
    return text === '' ? [] : [text];
  }
}

export type Framing = Pick<
  SyslogReceiverConfig,
  'enable_octet_counting' | 'non_transparent_framing_trailer'
>;

function framingOf(config: CutterConfig, framing: Framing): Splitter {
  if (framing.enable_octet_counting) return new OctetSplitter();
  if (framing.non_transparent_framing_trailer === 'NUL') return new LineSplitter(NUL_FEED);
  return splitterOf(config);
}
