import { SondeError } from '../../src/errors.ts';
import { type Packing, unpack } from '../../src/packing/index.ts';

const MIB = 1024 * 1024;

export type Packed = Exclude<Packing, ''>;

export interface Unpacked {
  readonly bytes: Buffer;
  /** What the account held at the end. */
  readonly held: number;
}

function asBuffer({ buffer, byteOffset, byteLength }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}

/** Unpacks with room for no more than `bytesMax`. */
export async function unpackWithin(
  packed: Uint8Array,
  packing: Packed,
  bytesMax: number,
): Promise<Unpacked> {
  let held = 0;
  const account = {
    take: (bytes: number): void => {
      held += bytes;
    },
    giveBack: (bytes: number): void => {
      held -= bytes;
    },
  };
  const tooLarge = (): SondeError => new SondeError('TOO_LARGE', 'too large');
  const bytes = await unpack(asBuffer(packed), packing, { bytesMax, account, tooLarge });
  return { bytes, held };
}

/** A generator with a seed: every run has the same bytes. */
export function noise(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state;
  };
}

export function samples(): Buffer[] {
  const random = noise(7);
  const words = Array.from({ length: 50 }, (_, i) => `word-${i}-${'x'.repeat(i)}`);
  const text = Array.from({ length: 60_000 }, () => words[random() % 50]).join(' ');
  const dull = Buffer.from(Array.from({ length: 300_000 }, () => random() >>> 24));
  return [Buffer.alloc(0), Buffer.from('a'), Buffer.alloc(3 * MIB, 'ab'), Buffer.from(text), dull];
}
