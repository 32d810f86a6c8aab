import { constants, deflateRawSync, gunzipSync, gzipSync, inflateRawSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { SondeError } from '../../src/errors.ts';
import { deflateAddon } from '../../src/packing/deflate-addon.ts';
import { inflate } from '../../src/packing/inflate.ts';
import type { Room } from '../../src/packing/packing.ts';
import { noise, samples } from './packed-samples.ts';

const MIB = 1024 * 1024;
const ROUNDS = Number(process.env['VERDICT_ROUNDS'] ?? 1500);

class CountedRoom implements Room {
  left: number;
  readonly #bytesMax: number;

  constructor(bytesMax: number) {
    this.left = bytesMax;
    this.#bytesMax = bytesMax;
  }

  get held(): number {
    return this.#bytesMax - this.left;
  }

  take(bytes: number): void {
    if (bytes > this.left) throw new SondeError('TOO_LARGE', 'too large');
    this.left -= bytes;
  }

  giveBack(bytes: number): void {
    this.left += bytes;
  }
}

interface Verdict {
  readonly bytes?: Buffer;
  readonly held?: number;
  readonly refusal?: string;
}

async function verdict(
  packed: Buffer,
  bytesMax: number,
  addon: ReturnType<typeof deflateAddon>,
): Promise<Verdict> {
  const room = new CountedRoom(bytesMax);
  try {
    const bytes = await inflate(packed, { packing: 'gzip', room, addon });
    return { bytes, held: room.held };
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    return { refusal: `${error.name}: ${error.message}` };
  }
}

/** The same of both: bytes, what the account holds, the words of a refusal. */
async function expectSame(packed: Buffer, bytesMax: number): Promise<Verdict> {
  const before = Buffer.from(packed);
  const ours = await verdict(packed, bytesMax, deflateAddon());
  const theirs = await verdict(packed, bytesMax, undefined);
  expect(packed.equals(before)).toBe(true);
  if (ours.bytes !== undefined && theirs.bytes !== undefined) {
    expect(ours.bytes.equals(theirs.bytes)).toBe(true);
    expect(ours.held).toBe(theirs.held);
  } else {
    expect(ours.refusal).toBe(theirs.refusal);
  }
  return theirs;
}

/** A member with what the header may carry (RFC 1952, 2.3); the checksum of it is wrong. */
function member(bytes: Buffer, flags: number): Buffer {
  const plain = gzipSync(bytes);
  const head = Buffer.from(plain.subarray(0, 10));
  head.writeUInt8(flags, 3);
  const parts = [head];
  if ((flags & 4) !== 0) parts.push(Buffer.from('0300616263', 'hex'));
  if ((flags & 8) !== 0) parts.push(Buffer.from('name\0'));
  if ((flags & 16) !== 0) parts.push(Buffer.from('comment\0'));
  if ((flags & 2) !== 0) parts.push(Buffer.from('0000', 'hex'));
  return Buffer.concat([...parts, plain.subarray(10)]);
}

/** Of a member without anything but DEFLATE. */
const HEAD = Buffer.from('1f8b0800000000000003', 'hex');

/** What DEFLATE holds; undefined where it is none. */
function readable(raw: Buffer): Buffer | undefined {
  try {
    return inflateRawSync(raw);
  } catch {
    return undefined;
  }
}

function lengthened(packed: Buffer, length: number): Buffer {
  const changed = Buffer.from(packed);
  changed.writeUInt32LE(length, changed.length - 4);
  return changed;
}

const [, , , text = Buffer.alloc(0), dull = Buffer.alloc(0)] = samples();
const PLAIN = [text.subarray(0, 3000), text.subarray(0, 60_000), dull.subarray(0, 2000)];

describe('a gzip body has the verdict of node:zlib', () => {
  it('when it is whole, empty, of several members, or padded with zeros', async () => {
    for (const plain of [...PLAIN, Buffer.alloc(0), text, Buffer.alloc(8 * MIB)]) {
      const packed = gzipSync(plain);
      const bodies = [
        packed,
        Buffer.concat([packed, packed]),
        Buffer.concat([packed, gzipSync(Buffer.from('a'))]),
        Buffer.concat([gzipSync(Buffer.from('a')), packed]),
        Buffer.concat([packed, Buffer.alloc(1)]),
        Buffer.concat([packed, Buffer.alloc(40), packed]),
        Buffer.concat([packed, Buffer.from('x')]),
        gzipSync(plain, { level: 0 }),
      ];
      for (const body of bodies) {
        for (const bytesMax of [16 * MIB + 1, plain.length, Math.max(0, plain.length - 1), 10]) {
          await expectSame(body, bytesMax);
        }
      }
      expect((await expectSame(packed, 9 * MIB)).bytes?.equals(plain)).toBe(true);
    }
  });

  it('when its header carries more, and when a checksum of that is wrong', async () => {
    const [plain = text] = PLAIN;
    for (let flags = 0; flags < 256; flags += 1) await expectSame(member(plain, flags), MIB);
    expect((await expectSame(member(plain, 4 + 8 + 16), MIB)).bytes?.equals(plain)).toBe(true);
    expect((await expectSame(member(plain, 2), MIB)).refusal).toMatch(/header crc/);
  });

  it('when it lies about its length', async () => {
    for (const plain of [...PLAIN, text]) {
      const packed = gzipSync(plain);
      const last = plain.length;
      const lies = [0, 1, last - 1, last + 1, last * 2, last + 2 ** 31, 2 ** 32 - 1];
      for (const length of lies) {
        const { refusal } = await expectSame(lengthened(packed, length), 64 * MIB);
        expect(refusal).toMatch(/length check/);
      }
    }
  });

  it('when it is cut, changed or spliced', { timeout: 120_000 }, async () => {
    const random = noise(23);
    const packed = PLAIN.flatMap((plain) => [1, 6, 9].map((level) => gzipSync(plain, { level })));
    const pick = (): Buffer => packed[random() % packed.length] ?? Buffer.alloc(0);
    const counts = { taken: 0, refused: 0 };
    for (let round = 0; round < ROUNDS; round += 1) {
      const one = pick();
      const other = pick();
      const changed = Buffer.from(one);
      for (let i = 0; i <= round % 3; i += 1) changed[random() % changed.length] = random() >>> 24;
      const bodies = [
        one.subarray(0, random() % (one.length + 1)),
        changed,
        Buffer.concat([one.subarray(0, random() % one.length), other.subarray(random() % 40)]),
        Buffer.concat([one, other.subarray(0, random() % other.length)]),
        // The last bytes may declare anything.
        Buffer.concat([one, Buffer.from([random() >>> 24, random() >>> 24, 0, 0])]),
      ];
      for (const body of bodies) {
        const { bytes } = await expectSame(body, MIB);
        counts[bytes === undefined ? 'refused' : 'taken'] += 1;
      }
    }
    expect(counts.taken).toBeGreaterThan(ROUNDS / 200);
    expect(counts.refused).toBeGreaterThan(ROUNDS);
  });

  it('when its DEFLATE is changed and its checksum made good', async () => {
    const random = noise(29);
    const [plain = text] = PLAIN;
    const raw = deflateRawSync(plain);
    let taken = 0;
    for (let round = 0; round < ROUNDS; round += 1) {
      const changed = Buffer.from(raw);
      const at = random() % changed.length;
      changed.writeUInt8(changed.readUInt8(at) ^ (1 << (random() % 8)), at);
      const end = gzipSync(readable(changed) ?? plain).subarray(-8);
      const { bytes } = await expectSame(Buffer.concat([HEAD, changed, end]), MIB);
      if (bytes !== undefined) taken += 1;
    }
    expect(taken).toBeGreaterThan(ROUNDS / 20);
  });
});

it('codes that DEFLATE reserves are taken where the checksum is right, and nothing else', async () => {
  // 285 to 287 are a match of 258 bytes to libdeflate; zlib knows the first alone.
  const plain = Buffer.alloc(40_000, 'a');
  const packed = gzipSync(plain, { strategy: constants.Z_FIXED });
  let laxer = 0;
  for (let bit = 80; bit < (packed.length - 8) * 8; bit += 1) {
    const changed = Buffer.from(packed);
    changed.writeUInt8(changed.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
    const ours = await verdict(changed, MIB, deflateAddon());
    const theirs = await verdict(changed, MIB, undefined);
    if (ours.refusal === theirs.refusal) continue;
    expect(theirs.refusal).toBe('CorruptError: invalid literal/length code');
    expect(ours.bytes?.equals(plain)).toBe(true);
    laxer += 1;
  }
  expect(laxer).toBeGreaterThan(deflateAddon() === undefined ? -1 : 0);
});

it('the reference is node:zlib', async () => {
  const { bytes } = await verdict(gzipSync(text), text.length, undefined);
  expect(bytes?.equals(gunzipSync(gzipSync(text)))).toBe(true);
});
