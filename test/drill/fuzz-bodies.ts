import { jsonToProtobuf, MalformedError, protobufToJson, type Signal } from '@sonde/proto';
import { Random, randomMessage } from '@sonde/proto/test/random-wire';
import { requestOf } from '@sonde/proto/test/request-of';

/** How a body came to be. */
export type Origin = 'generated' | 'truncated' | 'changed' | 'spliced' | 'noise' | 'json';

export interface Body {
  readonly origin: Origin;
  readonly bytes: Buffer;
}

/** A valid request is changed this often before there is a new one. */
const USES_OF_ONE = 40;
const REQUEST_BYTES = { min: 100, max: 3000 };
const CHANGES_MAX = 4;
const SPLICE_BYTES_MAX = 64;
const NOISE_BYTES_MAX = 64;

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
    if (kind < 7) return { origin: 'truncated', bytes: this.#truncated() };
    if (kind < 14) return { origin: 'changed', bytes: this.#changed() };
    if (kind < 18) return { origin: 'spliced', bytes: this.#spliced() };
    if (kind < 19) return { origin: 'noise', bytes: this.#noise(NOISE_BYTES_MAX) };
    return { origin: 'json', bytes: Buffer.from(this.#changedJson()) };
  }

  #renew(): void {
    do {
      this.#request = randomMessage(this.#random, requestOf(this.#signal));
    } while (this.#request.length < REQUEST_BYTES.min || this.#request.length > REQUEST_BYTES.max);
    this.#json = protobufToJson(this.#signal, this.#request);
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

  #changedJson(): string {
    const random = this.#random;
    const text = this.#json;
    const at = random.below(text.length);
    const other = String.fromCharCode(random.below(random.chance(0.9) ? 128 : 65536));
    const piece = random.chance(0.5) ? other : text.slice(random.below(text.length)).slice(0, 9);
    return text.slice(0, at) + piece + text.slice(at + random.below(3));
  }
}

/** What a JSON body stands for; an error as `MalformedError`. */
export function protobufOf(signal: Signal, body: Body): Buffer | MalformedError {
  if (body.origin !== 'json') return body.bytes;
  try {
    return Buffer.from(jsonToProtobuf(signal, body.bytes.toString('utf8')));
  } catch (error) {
    if (error instanceof MalformedError) return error;
    throw error;
  }
}
