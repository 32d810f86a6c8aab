import { isUtf8 } from 'node:buffer';
import {
  Entry,
  type EntryLabels,
  type EntryMap,
  EntryWriter,
  logTelemetry,
  type TextEncoding,
} from '@sonde/log-operators';
import type { Telemetry } from '@sonde/pipeline';
import { LogRequestWriter } from '@sonde/proto';
import type { FilelogConfig } from './config.ts';
import { pathResource } from './path-resource.ts';
import type { Tail } from './tail.ts';

/** A record's place in the bytes that were read, and in its file. */
export interface RecordPlace {
  readonly start: number;
  readonly end: number;
  /** Of its first byte in the file. */
  readonly offset: number;
  readonly number: number;
}

/** Makes a batch of the records of one file. */
export interface RecordSink {
  readonly itemCount: number;
  readonly byteCount: number;
  /** Starts a batch. `fileLabels` belong to the caller and do not change. */
  begin(tail: Tail, bytes: Buffer, fileLabels: EntryMap): void;
  add(place: RecordPlace): void;
  /** Lets go of what operators hold back. */
  flush(what: 'due' | 'all'): void;
  /** The batch; undefined for one without records. */
  finish(): Telemetry | undefined;
}

export type SinkConfig = Pick<
  FilelogConfig,
  | 'encoding'
  | 'preserve_leading_whitespaces'
  | 'preserve_trailing_whitespaces'
  | 'include_file_record_number'
  | 'include_file_record_offset'
  | 'include_path_resource'
>;

const NOTHING: Buffer = Buffer.alloc(0);
const LINE_FEED = 0x0a;

/** Observed now. */
function nowUnixNano(): bigint {
  return BigInt(Date.now()) * 1_000_000n;
}

/** Lines that nobody looks into: their bytes are copied into the request. */
export class LineSink implements RecordSink {
  readonly #labels: EntryLabels;
  readonly #hasPathResource: boolean;
  readonly #encoding: TextEncoding;
  readonly #writer: LogRequestWriter = new LogRequestWriter();
  #bytes: Buffer = NOTHING;
  /** Up to here the bytes are known to be UTF-8. */
  #validEnd = 0;

  constructor(config: SinkConfig, labels: EntryLabels) {
    this.#encoding = config.encoding;
    this.#hasPathResource = config.include_path_resource;
    this.#labels = labels;
  }

  get itemCount(): number {
    return this.#writer.itemCount;
  }

  get byteCount(): number {
    return this.#writer.byteCount;
  }

  begin({ path }: Tail, bytes: Buffer, fileLabels: EntryMap): void {
    this.#bytes = bytes;
    const { kind } = this.#encoding;
    // The last character of the piece may be cut; its line is looked at by itself then.
    const wholeEnd = kind === 'raw' ? bytes.length : bytes.lastIndexOf(LINE_FEED) + 1;
    this.#validEnd = kind === 'raw' || isUtf8(bytes.subarray(0, wholeEnd)) ? wholeEnd : 0;
    const { resource } = this.#labels;
    const isOfPath = this.#hasPathResource;
    this.#writer.open(isOfPath ? new Map([...pathResource(path), ...resource]) : resource);
    const attributes = new Map([...fileLabels, ...this.#labels.attributes]);
    this.#writer.lineFields({ observedUnixNano: nowUnixNano(), attributes });
  }

  add({ start, end }: RecordPlace): void {
    if (end <= this.#validEnd) {
      this.#writer.line(this.#bytes, start, end);
      return;
    }
    const line = this.#bytes.subarray(start, end);
    if (this.#encoding.kind === 'raw' || isUtf8(line)) {
      this.#writer.line(line, 0, line.length);
      return;
    }
    const text = Buffer.from(this.#encoding.decode(line));
    this.#writer.line(text, 0, text.length);
  }

  flush(_what: 'due' | 'all'): void {}

  finish(): Telemetry | undefined {
    const { itemCount } = this.#writer;
    if (itemCount === 0) {
      this.#writer.reset();
      return undefined;
    }
    return logTelemetry({ bytes: this.#writer.finish(), itemCount });
  }
}

/** Records that become entries: for operators, and for what each record has of its own. */
export class EntrySink implements RecordSink {
  readonly #config: SinkConfig;
  readonly #labels: EntryLabels;
  readonly #writer: EntryWriter = new EntryWriter();
  readonly #onProblem: (problem: string) => void;
  #tail: Tail | undefined;
  #bytes: Buffer = NOTHING;
  #fileLabels: EntryMap = new Map();
  #pathResource: EntryMap = new Map();
  #observedUnixNano = 0n;

  constructor(config: SinkConfig, labels: EntryLabels, onProblem: (problem: string) => void) {
    this.#config = config;
    this.#labels = labels;
    this.#onProblem = onProblem;
  }

  get itemCount(): number {
    return this.#writer.itemCount;
  }

  get byteCount(): number {
    return this.#writer.byteCount;
  }

  begin(tail: Tail, bytes: Buffer, fileLabels: EntryMap): void {
    this.#tail = tail;
    this.#bytes = bytes;
    this.#fileLabels = fileLabels;
    if (this.#config.include_path_resource) this.#pathResource = pathResource(tail.path);
    this.#observedUnixNano = nowUnixNano();
  }

  add(place: RecordPlace): void {
    const tail = this.#tail;
    const body = this.#body(place);
    if (tail === undefined || body.length === 0) return;
    const entry = new Entry(body, this.#observedUnixNano);
    entry.attributes = new Map(this.#fileLabels);
    entry.resource = new Map(this.#pathResource);
    if (this.#config.include_file_record_number) {
      entry.attributes.set('log.file.record_number', BigInt(place.number + 1));
    }
    if (this.#config.include_file_record_offset) {
      entry.attributes.set('log.file.record_offset', BigInt(place.offset));
    }
    const problem = this.#labels.apply(entry);
    if (problem !== undefined) this.#onProblem(problem);
    entry.origin = { source: tail, offset: place.offset, number: place.number };
    if (tail.chain === undefined) this.#writer.add(entry);
    else this.#process(entry, tail);
  }

  flush(what: 'due' | 'all'): void {
    this.#tail?.chain?.flush(what);
    this.#collect();
  }

  finish(): Telemetry | undefined {
    return this.#writer.itemCount === 0 ? undefined : this.#writer.finish();
  }

  #process(entry: Entry, tail: Tail): void {
    tail.chain?.process(entry);
    this.#collect();
  }

  #collect(): void {
    for (const entry of this.#tail?.chain?.take() ?? []) this.#writer.add(entry);
  }

  #body({ start, end }: RecordPlace): string | Uint8Array {
    const { encoding } = this.#config;
    const bytes = this.#bytes.subarray(start, end);
    if (encoding.kind === 'nop') return Uint8Array.from(bytes);
    const text = encoding.decode(bytes);
    return encoding.unitBytes === 2 ? this.#trimmed(text) : text;
  }

  /** Where white space is not one byte it is trimmed as text. */
  #trimmed(text: string): string {
    const config = this.#config;
    const front = config.preserve_leading_whitespaces ? text : text.replace(/^[ \t\r\n]+/, '');
    return config.preserve_trailing_whitespaces ? front : front.trimEnd();
  }
}

/** Whether records can be copied as they are. */
export function isPlain(config: SinkConfig, labels: EntryLabels): boolean {
  const { kind } = config.encoding;
  return (
    labels.isStatic &&
    (kind === 'utf8' || kind === 'raw') &&
    !config.include_file_record_number &&
    !config.include_file_record_offset
  );
}
