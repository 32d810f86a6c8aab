import { HTTP2_HEADERS_MAX } from '../limits.ts';
import type { HeaderField } from './static-table.ts';

/** Names in lower case, pseudo-headers with their colon; a list where a name came more than once. */
export type HeaderValues = Readonly<Record<string, string | readonly string[] | undefined>>;

/** What a request says before its body. */
export interface RequestHeaders {
  readonly values: HeaderValues;
  /** They are more, or longer, than allowed: `values` has only the first of them. */
  readonly isTooLarge: boolean;
  /** They are more than allowed, though not longer. */
  readonly areTooMany: boolean;
  /** What `content-length` declares. */
  readonly bodyBytes: number | undefined;
}

/** RFC 9110, 5.6.2, in lower case as RFC 9113, 8.2.1 has it. */
const NAME = /^[!#$%&'*+\-.^_`|~0-9a-z]+$/;

const REQUEST_PSEUDO_HEADERS: ReadonlySet<string> = new Set([
  ':method',
  ':scheme',
  ':authority',
  ':path',
]);

/** RFC 9113, 8.2.2: what belongs to connections of HTTP/1. */
const CONNECTION_HEADERS: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'transfer-encoding',
  'upgrade',
]);

/** Takes the fields of one block, and finds what makes a request malformed (RFC 9113, 8.1.1). */
export class HeaderCollector {
  readonly #bytesMax: number;
  readonly #values: Map<string, string | string[]> = new Map();
  #count = 0;
  #byteCount = 0;
  #hasRegular = false;
  #isMalformed = false;

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  add({ name, value }: HeaderField): void {
    this.#count += 1;
    this.#byteCount += name.length + value.length;
    if (this.#isTooLarge) return;
    if (!this.#isWellFormed(name, value)) this.#isMalformed = true;
    else this.#keep(name, value);
  }

  /** Undefined for a malformed request. */
  request(): RequestHeaders | undefined {
    const values = this.#values;
    const isTooLarge = this.#isTooLarge;
    const hasTarget = Boolean(values.get(':path')) && values.has(':scheme');
    const isComplete = values.has(':method') && (hasTarget || values.get(':method') === 'CONNECT');
    if (this.#isMalformed || !(isComplete || isTooLarge)) return undefined;
    const declared = values.get('content-length');
    if (declared !== undefined && !/^\d{1,15}$/.test(String(declared))) return undefined;
    return {
      values: Object.fromEntries(values),
      isTooLarge,
      areTooMany: this.#areTooMany && this.#byteCount <= this.#bytesMax,
      bodyBytes: declared === undefined ? undefined : Number(declared),
    };
  }

  /** Whether the block may stand after a body. */
  get areTrailers(): boolean {
    return !this.#isMalformed && ![...this.#values.keys()].some((name) => name.startsWith(':'));
  }

  get #isTooLarge(): boolean {
    return this.#areTooMany || this.#byteCount > this.#bytesMax;
  }

  get #areTooMany(): boolean {
    return this.#count > HTTP2_HEADERS_MAX;
  }

  #isWellFormed(name: string, value: string): boolean {
    if (hasControl(value)) return false;
    if (name.startsWith(':')) {
      const isNew = !this.#values.has(name);
      return isNew && !this.#hasRegular && REQUEST_PSEUDO_HEADERS.has(name);
    }
    this.#hasRegular = true;
    if (name === 'te') return value === 'trailers';
    return NAME.test(name) && !CONNECTION_HEADERS.has(name);
  }

  #keep(name: string, value: string): void {
    const before = this.#values.get(name);
    if (before === undefined) this.#values.set(name, value);
    else if (typeof before === 'string') this.#values.set(name, [before, value]);
    else before.push(value);
  }
}

/** RFC 9113, 8.2.1: NUL, line feed and carriage return would change what a text means elsewhere. */
function hasControl(value: string): boolean {
  return value.includes('\0') || value.includes('\n') || value.includes('\r');
}
