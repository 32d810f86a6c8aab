import {
  jsonText,
  jsonToProtobuf,
  MalformedError,
  protobufToJson,
  type Signal,
} from '@sonde/proto';
import { Random, randomMessage } from '@sonde/proto/test/random-wire';
import { requestOf } from '@sonde/proto/test/request-of';

/** How a body came to be. */
export type Origin =
  | 'generated'
  | 'arranged'
  | 'truncated'
  | 'changed'
  | 'spliced'
  | 'noise'
  | 'json'
  | 'changed json';

export interface Body {
  readonly origin: Origin;
  readonly bytes: Buffer;
}

/** A valid request is changed this often before there is a new one. */
const USES_OF_ONE = 12;
const REQUEST_BYTES = { min: 100, max: 3000 };
const CHANGES_MAX = 4;
const SPLICE_BYTES_MAX = 64;
const NOISE_BYTES_MAX = 64;
const UNKNOWN_MAX = 3;
const EMPTY: Buffer = Buffer.alloc(0);

/** Bodies of one signal, the same ones for the same seed. */
export class Bodies {
  readonly #signal: Signal;
  readonly #random: Random;
  #request: Buffer = Buffer.alloc(0);
  #json = '';
  #uses = USES_OF_ONE;

  constructor(signal: Signal, seed: number) {
    this.#signal = signal;
    this.#random = new Random(seed);
  }

  next(): Body {
    if (this.#uses === USES_OF_ONE) {
      this.#uses = 0;
      this.#renew();
      return { origin: 'generated', bytes: this.#request };
    }
    this.#uses++;
    const kind = this.#random.below(20);
    if (kind < 6) return { origin: 'arranged', bytes: this.#arranged() };
    if (kind < 9) return { origin: 'truncated', bytes: this.#truncated() };
    if (kind < 12) return { origin: 'changed', bytes: this.#changed() };
    if (kind < 15) return { origin: 'spliced', bytes: this.#spliced() };
    if (kind < 16) return { origin: 'noise', bytes: this.#noise(NOISE_BYTES_MAX) };
    if (kind < 18) return { origin: 'json', bytes: Buffer.from(this.#spacedJson()) };
    return { origin: 'changed json', bytes: Buffer.from(this.#changedJson()) };
  }

  #renew(): void {
    do {
      this.#request = randomMessage(this.#random, requestOf(this.#signal));
    } while (this.#request.length < REQUEST_BYTES.min || this.#request.length > REQUEST_BYTES.max);
    this.#json = protobufToJson(this.#signal, this.#request);
  }

  /** Fields of the request moved, doubled, left out, with unknown ones between: still a request. */
  #arranged(): Buffer {
    const random = this.#random;
    const parts = topFields(this.#request).filter(() => random.chance(0.8));
    const pieces = parts.flatMap((part) => (random.chance(0.2) ? [part, part] : [part]));
    for (let i = random.below(UNKNOWN_MAX); i >= 0; i--) pieces.push(this.#unknown());
    for (let i = pieces.length - 1; i > 0; i--) {
      const k = random.below(i + 1);
      [pieces[i], pieces[k]] = [pieces[k] ?? EMPTY, pieces[i] ?? EMPTY];
    }
    return Buffer.concat(pieces);
  }

  /** Field 20, which no request has, as eight bytes or as text. */
  #unknown(): Buffer {
    if (this.#random.chance(0.5)) return Buffer.from([0xa1, 0x01, 1, 2, 3, 4, 5, 6, 7, 8]);
    const text = this.#noise(SPLICE_BYTES_MAX);
    return Buffer.concat([Buffer.from([0xa2, 0x01, text.length]), text]);
  }

  #truncated(): Buffer {
    return Buffer.from(this.#request.subarray(0, this.#random.below(this.#request.length)));
  }

  #changed(): Buffer {
    const random = this.#random;
    const bytes = Buffer.from(this.#request);
    for (let i = random.below(CHANGES_MAX); i >= 0; i--) {
      const at = random.below(bytes.length);
      const flipped = (bytes[at] ?? 0) ^ (1 << random.below(8));
      bytes[at] = random.chance(0.5) ? random.below(256) : flipped;
    }
    return bytes;
  }

  /** Some bytes moved, doubled, left out or put in. */
  #spliced(): Buffer {
    const random = this.#random;
    const { length } = this.#request;
    const at = random.below(length);
    const from = random.below(length);
    const piece = random.chance(0.5)
      ? this.#request.subarray(from, from + random.below(SPLICE_BYTES_MAX))
      : this.#noise(SPLICE_BYTES_MAX);
    const skipped = random.chance(0.5) ? random.below(SPLICE_BYTES_MAX) : 0;
    const rest = this.#request.subarray(at + skipped);
    return Buffer.concat([this.#request.subarray(0, at), piece, rest]);
  }

  #noise(bytesMax: number): Buffer {
    const random = this.#random;
    return Buffer.from(Array.from({ length: random.below(bytesMax) }, () => random.below(256)));
  }

  /** White space and a key that nobody knows where they mean nothing. */
  #spacedJson(): string {
    const random = this.#random;
    const unknown = ['null', '[{"a":[1e3,"b"]}]', '"\\u00e9"'][random.below(3)];
    const extra =
      this.#json === '{}' ? `{"zz":${unknown}}` : `{"zz":${unknown},${this.#json.slice(1)}`;
    return `${random.chance(0.5) ? ' \n' : ''}${extra}${'\t'.repeat(random.below(3))}`;
  }

  #changedJson(): string {
    const random = this.#random;
    const text = this.#json;
    const at = random.below(text.length);
    const other = String.fromCharCode(random.below(random.chance(0.9) ? 128 : 65536));
    const piece = random.chance(0.5) ? other : text.slice(random.below(text.length)).slice(0, 9);
    return text.slice(0, at) + piece + text.slice(at + random.below(3));
  }
}

/** The fields of a valid request, tags and all. */
function topFields(bytes: Buffer): Buffer[] {
  const fields: Buffer[] = [];
  for (let at = 0; at < bytes.length; ) {
    const start = at;
    const tag = varintAt(bytes, at);
    at = tag.next;
    const wireType = tag.value % 8;
    if (wireType === 1) at += 8;
    else if (wireType === 5) at += 4;
    else {
      const { value, next } = varintAt(bytes, at);
      at = next + (wireType === 2 ? value : 0);
    }
    fields.push(bytes.subarray(start, at));
  }
  return fields;
}

function varintAt(bytes: Buffer, start: number): { value: number; next: number } {
  let value = 0;
  let factor = 1;
  let at = start;
  for (;;) {
    const byte = bytes[at++] ?? 0;
    value += (byte % 128) * factor;
    if (byte < 128) return { value, next: at };
    factor *= 128;
  }
}

export function isJson({ origin }: Body): boolean {
  return origin === 'json' || origin === 'changed json';
}

/** What a JSON body stands for; an error as `MalformedError`. */
export function protobufOf(signal: Signal, body: Body): Buffer | MalformedError {
  if (!isJson(body)) return body.bytes;
  try {
    return Buffer.from(jsonToProtobuf(signal, jsonText(body.bytes)));
  } catch (error) {
    if (error instanceof MalformedError) return error;
    throw error;
  }
}
