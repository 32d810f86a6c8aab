import { type ProcessHolding, USAGE_FIELDS } from '../host/task-usage.ts';
import {
  CODE_BYTES,
  CONNECTION,
  ENDS,
  EXCHANGE,
  EXIT,
  ExchangeFlag,
  FRAMES,
  HEAD,
  Kind,
  LISTENER,
  NAME_BYTES,
  PLACED,
  PROCESS,
  TRACE_BYTES,
  USAGE,
  VICTIM,
} from './layout.ts';

/** Before each record in a batch: its length, and 4 bytes of nothing. */
const HEADER_BYTES = 8;

/** Flags of the kernel beside the length. */
const LENGTH_MASK = 0x3fff_ffff;

const AF_INET = 2;

/** Of x86-64. */
const PAGE_BYTES = 4096;

/** RLIM_INFINITY, as far as a number can tell it from its neighbours. */
const UNLIMITED = 2 ** 63;

/**
 * One record of a batch after the other, without an object for each: `next()` moves on, the getters
 * read where it stands.
 */
export class RecordView {
  #batch: Buffer = Buffer.alloc(0);
  #view: DataView = new DataView(this.#batch.buffer, 0, 0);
  #end = 0;
  #next = 0;
  /** Where the record begins, and its length. */
  #at = 0;
  #length = 0;

  open(batch: Buffer, bytes: number): void {
    if (batch !== this.#batch) {
      this.#view = new DataView(batch.buffer, batch.byteOffset, batch.byteLength);
    }
    this.#batch = batch;
    this.#end = bytes;
    this.#next = 0;
  }

  /** False behind the last record. */
  next(): boolean {
    if (this.#next + HEADER_BYTES > this.#end) return false;
    this.#length = this.#view.getUint32(this.#next, true) & LENGTH_MASK;
    this.#at = this.#next + HEADER_BYTES;
    this.#next = this.#at + Math.ceil(this.#length / 8) * 8;
    return this.#next <= this.#end;
  }

  get kind(): number {
    return this.#u32(HEAD.kind);
  }
  get tgid(): number {
    return this.#u32(HEAD.tgid);
  }
  /** CLOCK_MONOTONIC, exact below 2^53 ns: 104 days of uptime, and to the microsecond beyond. */
  get atNs(): number {
    return this.#u64(HEAD.at_ns);
  }

  /** Counted from 1 by the kernel. */
  get cookie(): number {
    const high = this.#u32(ENDS.cookie + 4);
    // An integer as long as it can be one: it is a key of maps.
    return high === 0 ? this.#u32(ENDS.cookie) : this.#u64(ENDS.cookie);
  }
  get netns(): number {
    return this.#u32(ENDS.netns);
  }
  get localPort(): number {
    return this.#u16(ENDS.local_port);
  }
  get peerPort(): number {
    return this.#u16(ENDS.peer_port);
  }
  get role(): number {
    return this.#u8(ENDS.role);
  }
  get protocol(): number {
    return this.#u8(ENDS.protocol);
  }
  /** False of a secure connection whose socket nobody knows: its ends are empty. */
  get isPlaced(): boolean {
    return this.#u8(ENDS.family) !== 0;
  }
  /** Its protocol is spoken inside of TLS. */
  get isSecure(): boolean {
    return this.#u8(ENDS.secure) === 1;
  }
  get localAddress(): string {
    return this.#address(ENDS.local);
  }
  get peerAddress(): string {
    return this.#address(ENDS.peer);
  }

  get durationNs(): number {
    return this.#u64(EXCHANGE.duration_ns);
  }
  get sequence(): number {
    return this.#u32(EXCHANGE.sequence);
  }
  get requestBytes(): number {
    return this.#u32(EXCHANGE.request_bytes);
  }
  get answerBytes(): number {
    return this.#u32(EXCHANGE.answer_bytes);
  }
  get status(): number {
    return this.#u16(EXCHANGE.status);
  }
  get exchangeFlags(): number {
    return this.#u16(EXCHANGE.flags);
  }
  /** SQLSTATE, or the beginning of an error of Redis. */
  get code(): string {
    return this.#text(EXCHANGE.code, CODE_BYTES);
  }
  /** The request's beginning, a character a byte. */
  get text(): string {
    return this.#bytes(0, this.#u16(EXCHANGE.text_bytes) - this.#traceBytes);
  }
  /** The batch that the record is in, and where `text` begins and ends there. */
  get bytes(): Uint8Array {
    return this.#batch;
  }
  get textStart(): number {
    return this.#at + EXCHANGE.text;
  }
  get textEnd(): number {
    const bytes = this.#u16(EXCHANGE.text_bytes) - this.#traceBytes;
    return this.#at + Math.min(this.#length, EXCHANGE.text + bytes);
  }
  /** The value of its header `traceparent`. */
  get traceparent(): string | undefined {
    const bytes = this.#traceBytes;
    return bytes === 0 ? undefined : this.#bytes(this.#u16(EXCHANGE.text_bytes) - bytes, bytes);
  }
  /** The connection of the request that the asking thread served; 0 where nobody can say. */
  get parentCookie(): number {
    return this.#u64(EXCHANGE.parent_cookie);
  }
  get parentSequence(): number {
    return this.#u32(EXCHANGE.parent_sequence);
  }
  /** The answer's beginning, where the protocol has it read; a character a byte. */
  get answerText(): string {
    return this.#bytes(this.#u16(EXCHANGE.text_bytes), this.#u16(EXCHANGE.answer_text_bytes));
  }
  /** How many were sent together as this exchange. */
  get commands(): number {
    return this.#u32(EXCHANGE.commands);
  }

  /** The connection's number before its socket was known. */
  get formerCookie(): number {
    return this.#u64(PLACED.former_cookie);
  }
  get isRequest(): boolean {
    return this.#u8(FRAMES.is_request) === 1;
  }
  get isTorn(): boolean {
    return this.#u8(FRAMES.is_torn) === 1;
  }
  get framesSequence(): number {
    return this.#u32(FRAMES.sequence);
  }
  /** Frames of HTTP/2; the memory is the batch's. */
  get frames(): Buffer {
    const from = this.#at + FRAMES.data;
    const bytes = Math.min(this.#u16(FRAMES.bytes), this.#length - FRAMES.data);
    return this.#batch.subarray(from, from + Math.max(0, bytes));
  }

  get sentBytes(): number {
    return this.#u64(CONNECTION.sent_bytes);
  }
  get receivedBytes(): number {
    return this.#u64(CONNECTION.received_bytes);
  }
  get connectNs(): number {
    return this.#u64(CONNECTION.connect_ns);
  }
  get rttUs(): number {
    return this.#u32(CONNECTION.rtt_us);
  }
  get retransmits(): number {
    return this.#u32(CONNECTION.retransmits);
  }
  get connectionFlags(): number {
    return this.#u16(CONNECTION.flags);
  }
  /** errno. */
  get error(): number {
    return this.#u16(CONNECTION.error);
  }

  /** Connections that a listening socket did not take since its last record. */
  get drops(): number {
    return this.#u32(LISTENER.drops);
  }
  /** Those that wait to be accepted. */
  get queue(): number {
    return this.#u32(LISTENER.queue);
  }
  get queueMax(): number {
    return this.#u32(LISTENER.queue_max);
  }

  get isProcess(): boolean {
    return this.#u32(USAGE.is_process) !== 0;
  }
  /** The kernel's short name of a process that is killed for want of memory. */
  get victim(): string {
    return this.#text(VICTIM.name, NAME_BYTES);
  }

  /** Adds what an exit or a record of usage says was used. */
  addUsage(into: Float64Array): void {
    const from = this.kind === Kind.exit ? EXIT.usage : USAGE.usage;
    for (let i = 0; i < USAGE_FIELDS; i++) into[i] = (into[i] ?? 0) + this.#u64(from + 8 * i);
  }

  /** Of a process's first thread: what the process has. */
  holding(): ProcessHolding {
    const limit = this.#u64(USAGE.files_limit);
    return {
      threads: this.#u32(USAGE.threads),
      files: this.#u32(USAGE.files),
      filesLimit: limit >= UNLIMITED ? Number.POSITIVE_INFINITY : limit,
      fileBytes: this.#pages(USAGE.file_pages),
      anonymousBytes: this.#pages(USAGE.anonymous_pages),
      swapBytes: this.#pages(USAGE.swap_pages),
      sharedBytes: this.#pages(USAGE.shared_pages),
    };
  }

  get parent(): number {
    return this.#u32(PROCESS.parent);
  }
  /** As wait(2) has it. */
  get exitCode(): number {
    return this.#u32(PROCESS.exit_code);
  }
  /** The kernel's short name. */
  get name(): string {
    return this.#text(PROCESS.name, NAME_BYTES);
  }
  get file(): string {
    return this.#text(PROCESS.text, this.#u32(PROCESS.file_bytes));
  }
  /** Of a long command the beginning. */
  get command(): readonly string[] {
    const from = this.#at + PROCESS.text + this.#u32(PROCESS.file_bytes);
    const bytes = this.#u32(PROCESS.command_bytes);
    const parts = this.#batch.toString('utf8', from, from + bytes).split('\0');
    return parts.at(-1) === '' ? parts.slice(0, -1) : parts;
  }

  /** A count that several CPUs keep may be a little below 0. Bytes. */
  #pages(offset: number): number {
    return Math.max(0, Number(this.#view.getBigInt64(this.#at + offset, true)) * PAGE_BYTES);
  }

  #u8(offset: number): number {
    return this.#view.getUint8(this.#at + offset);
  }

  #u16(offset: number): number {
    return this.#view.getUint16(this.#at + offset, true);
  }

  #u32(offset: number): number {
    return this.#view.getUint32(this.#at + offset, true);
  }

  get #traceBytes(): number {
    return this.#u16(EXCHANGE.flags) & ExchangeFlag.traced ? TRACE_BYTES : 0;
  }

  #u64(offset: number): number {
    return this.#u32(offset) + this.#u32(offset + 4) * 2 ** 32;
  }

  /** Of an exchange's text, from `offset` on. */
  #bytes(offset: number, length: number): string {
    const bytes = Math.min(length, this.#length - EXCHANGE.text - offset);
    const from = this.#at + EXCHANGE.text + offset;
    return bytes <= 0 ? '' : this.#batch.toString('latin1', from, from + bytes);
  }

  /** Up to the first zero. */
  #text(offset: number, bytes: number): string {
    const text = this.#batch.toString('utf8', this.#at + offset, this.#at + offset + bytes);
    const end = text.indexOf('\0');
    return end < 0 ? text : text.slice(0, end);
  }

  #address(offset: number): string {
    const at = this.#at + offset;
    if (this.#u8(ENDS.family) === AF_INET) return this.#ipv4(at);
    const isMapped =
      this.#batch.readUInt32LE(at) === 0 &&
      this.#batch.readUInt32LE(at + 4) === 0 &&
      this.#batch.readUInt32BE(at + 8) === 0xffff;
    return isMapped ? this.#ipv4(at + 12) : ipv6Text(this.#batch, at);
  }

  #ipv4(at: number): string {
    const batch = this.#batch;
    return `${batch[at]}.${batch[at + 1]}.${batch[at + 2]}.${batch[at + 3]}`;
  }
}

const IPV6_GROUPS = 8;

/** RFC 5952: the longest run of at least two zero groups is left out, of equal ones the first. */
function ipv6Text(batch: Buffer, at: number): string {
  const groups = Array.from({ length: IPV6_GROUPS }, (_, i) => batch.readUInt16BE(at + 2 * i));
  let best = { start: 0, length: 1 };
  for (let start = 0, length = 0; start < IPV6_GROUPS; start += length + 1) {
    length = groups.slice(start).findIndex((group) => group !== 0);
    if (length < 0) length = IPV6_GROUPS - start;
    if (length > best.length) best = { start, length };
  }
  const text = (from: number, to: number): string =>
    groups
      .slice(from, to)
      .map((group) => group.toString(16))
      .join(':');
  if (best.length < 2) return text(0, IPV6_GROUPS);
  return `${text(0, best.start)}::${text(best.start + best.length, IPV6_GROUPS)}`;
}
