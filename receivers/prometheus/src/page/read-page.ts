import { parseNumber } from './number-text.ts';
import { PageError } from './page-error.ts';

export type MetadataKind = 'HELP' | 'TYPE' | 'UNIT';

export interface PageExemplar {
  /** Labels with their braces. */
  readonly labelsText: string;
  readonly value: number;
  readonly unixMs: number | undefined;
}

/** Name and labels of a series as they stand in `[start, end)` of a page; valid during a call. */
export interface SeriesText {
  readonly page: Buffer;
  readonly start: number;
  readonly end: number;
}

/** Takes what a page holds, in its order. */
export interface PageSink {
  metadata(kind: MetadataKind, family: string, text: string): void;
  /** The answer takes the sample's exemplar, before the next sample. */
  sample(text: SeriesText, value: number, unixMs: number | undefined, line: number): Series;
}

/** What a sample belongs to takes its exemplar. */
export interface Series {
  exemplar(exemplar: PageExemplar, line: number): void;
}

const NEWLINE = 0x0a;
const RETURN = 0x0d;
const SPACE = 0x20;
const TAB = 0x09;
const HASH = 0x23;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN = 0x7b;
const CLOSE = 0x7d;

const COMMENT = /^#[ \t]+(HELP|TYPE|UNIT)[ \t]+("(?:[^"\\]|\\.)*"|[^ \t]+)(?:[ \t](.*))?$/s;
const END_OF_PAGE = '# EOF';
/** In nanoseconds later times take more than 63 bits. */
const UNIX_MS_MAX = 9_223_372_036_854;

/**
 * Reads a page in the text format 0.0.4 or in OpenMetrics 1.0, in one pass over its bytes. Throws
 * `PageError` with the line at the first thing that is neither; what came before was handed on.
 * Source: prometheus.io, "Exposition formats"; OpenMetrics 1.0.
 */
export function readPage(page: Buffer, openMetrics: boolean, sink: PageSink): void {
  const reader = new PageReader(page, openMetrics, sink);
  reader.read();
}

class PageReader {
  readonly #page: Buffer;
  readonly #openMetrics: boolean;
  readonly #sink: PageSink;
  /** One for all samples. */
  readonly #text: { readonly page: Buffer; start: number; end: number };
  #line = 0;
  #ended = false;

  constructor(page: Buffer, openMetrics: boolean, sink: PageSink) {
    this.#page = page;
    this.#openMetrics = openMetrics;
    this.#sink = sink;
    this.#text = { page, start: 0, end: 0 };
  }

  read(): void {
    const page = this.#page;
    const { length } = page;
    let p = 0;
    while (p < length) {
      this.#line++;
      if (this.#ended) throw new PageError(this.#line, `unexpected data after ${END_OF_PAGE}`);
      while (page[p] === SPACE || page[p] === TAB) p++;
      if (page[p] === NEWLINE) p++;
      else if (page[p] === HASH) p = this.#comment(p);
      else if (p < length) p = this.#sample(p);
    }
    if (this.#openMetrics && !this.#ended) {
      throw new PageError(this.#line, `data does not end with ${END_OF_PAGE}`);
    }
  }

  /** Where the line ends, without its end; a carriage return belongs to that. */
  #comment(start: number): number {
    const end = this.#endOfLine(start);
    const text = this.#page.toString('utf8', start, this.#page[end - 1] === RETURN ? end - 1 : end);
    if (this.#openMetrics && text === END_OF_PAGE) {
      this.#ended = true;
      return end + 1;
    }
    const match = COMMENT.exec(text);
    if (match !== null) {
      const [, kind, family = '', rest = ''] = match;
      const name = family.startsWith('"') ? unescapeText(family.slice(1, -1)) : family;
      if (kind === 'HELP' || kind === 'TYPE' || kind === 'UNIT') {
        this.#sink.metadata(kind, name, kind === 'HELP' ? unescapeText(rest) : rest.trim());
      }
    }
    return end + 1;
  }

  #endOfLine(start: number): number {
    const end = this.#page.indexOf(NEWLINE, start);
    return end < 0 ? this.#page.length : end;
  }

  #sample(start: number): number {
    const page = this.#page;
    const seriesEnd = this.#seriesEnd(start);
    this.#text.start = start;
    this.#text.end = seriesEnd;
    let p = this.#skipBlanks(seriesEnd);
    const valueEnd = this.#tokenEnd(p);
    const value = parseNumber(page, p, valueEnd);
    if (value === undefined) this.#fail(`a value that is no number: ${this.#shown(p, valueEnd)}`);
    p = this.#skipBlanks(valueEnd);
    let unixMs: number | undefined;
    if (!this.#isEnd(p) && page[p] !== HASH) {
      const timeEnd = this.#tokenEnd(p);
      unixMs = this.#time(p, timeEnd);
      p = this.#skipBlanks(timeEnd);
    }
    const series = this.#sink.sample(this.#text, value, unixMs, this.#line);
    if (page[p] === HASH && this.#openMetrics) p = this.#exemplar(p, series);
    if (!this.#isEnd(p)) this.#fail(`unexpected text behind a sample: ${this.#shown(p, p + 1)}`);
    return page[p] === RETURN ? p + 2 : p + 1;
  }

  /** Behind the closing brace, or behind the name. */
  #seriesEnd(start: number): number {
    const page = this.#page;
    let p = start;
    for (let byte = page[p]; byte !== SPACE && byte !== TAB && byte !== OPEN; byte = page[++p]) {
      if (byte === NEWLINE || byte === undefined) this.#fail('a series without a value');
    }
    // Blanks may stand between the name and its labels.
    const open = page[p] === OPEN ? p : this.#skipBlanks(p);
    return page[open] === OPEN ? this.#bracesEnd(open) : p;
  }

  #bracesEnd(open: number): number {
    const page = this.#page;
    let quoted = false;
    for (let p = open + 1; p < page.length; p++) {
      const byte = page[p];
      if (byte === QUOTE) quoted = !quoted;
      else if (byte === BACKSLASH && quoted) p++;
      else if (byte === CLOSE && !quoted) return p + 1;
      else if (byte === NEWLINE && !quoted) break;
    }
    return this.#fail('labels that do not end');
  }

  #exemplar(start: number, series: Series): number {
    const page = this.#page;
    const open = this.#skipBlanks(start + 1);
    if (page[open] !== OPEN) this.#fail('an exemplar without labels');
    const close = this.#bracesEnd(open);
    let p = this.#skipBlanks(close);
    const valueEnd = this.#tokenEnd(p);
    const value = parseNumber(page, p, valueEnd);
    if (value === undefined) this.#fail('an exemplar whose value is no number');
    p = this.#skipBlanks(valueEnd);
    let unixMs: number | undefined;
    if (!this.#isEnd(p)) {
      const timeEnd = this.#tokenEnd(p);
      unixMs = this.#time(p, timeEnd);
      p = this.#skipBlanks(timeEnd);
    }
    const labelsText = page.toString('utf8', open, close);
    series.exemplar({ labelsText, value, unixMs }, this.#line);
    return p;
  }

  /** Milliseconds, or in OpenMetrics seconds with a point. */
  #time(start: number, end: number): number {
    const time = parseNumber(this.#page, start, end) ?? Number.NaN;
    const unixMs = this.#openMetrics ? Math.trunc(time * 1000) : time;
    if (!Number.isInteger(unixMs) || Math.abs(unixMs) > UNIX_MS_MAX) {
      this.#fail(`a time that is none: ${this.#shown(start, end)}`);
    }
    return unixMs;
  }

  #skipBlanks(start: number): number {
    const page = this.#page;
    let p = start;
    while (page[p] === SPACE || page[p] === TAB) p++;
    return p;
  }

  #tokenEnd(start: number): number {
    const page = this.#page;
    let p = start;
    for (let byte = page[p]; byte !== SPACE && byte !== TAB; byte = page[++p]) {
      if (byte === NEWLINE || byte === undefined || byte === RETURN) break;
    }
    return p;
  }

  #isEnd(p: number): boolean {
    const byte = this.#page[p];
    if (byte === RETURN) return this.#page[p + 1] === NEWLINE || p + 1 >= this.#page.length;
    return byte === NEWLINE || byte === undefined;
  }

  #shown(start: number, end: number): string {
    return JSON.stringify(this.#page.toString('utf8', start, Math.min(end, start + 40)));
  }

  #fail(reason: string): never {
    throw new PageError(this.#line, reason);
  }
}

const ESCAPES: Readonly<Record<string, string>> = { '\\\\': '\\', '\\n': '\n', '\\"': '"' };

function unescapeText(text: string): string {
  return text.includes('\\') ? text.replace(/\\[\\n"]/g, (each) => ESCAPES[each] ?? each) : text;
}
