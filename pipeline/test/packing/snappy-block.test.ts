import fc from 'fast-check';
import { compressSync, uncompressSync } from 'snappy';
import { describe, expect, it } from 'vitest';
import { unpackWithin } from './packed-samples.ts';

const MIB = 1024 * 1024;

async function unpacked(packed: Buffer): Promise<Buffer> {
  return (await unpackWithin(packed, 'snappy', 4 * MIB)).bytes;
}

/** What the native package says; undefined: it refuses. */
function byLibrary(packed: Buffer): Buffer | undefined {
  try {
    return Buffer.from(uncompressSync(packed, { copyOutputData: true }));
  } catch {
    return undefined;
  }
}

/** Pieces that repeat each other, near and far, in every length. */
const bodies: fc.Arbitrary<Buffer> = fc
  .array(
    fc.oneof(
      fc.uint8Array({ maxLength: 300 }),
      fc
        .tuple(fc.uint8Array({ minLength: 1, maxLength: 9 }), fc.integer({ min: 1, max: 400 }))
        .map(([word, times]) => Buffer.alloc(word.length * times, word)),
    ),
    { maxLength: 12 },
  )
  .map((pieces) => Buffer.concat([...pieces, ...pieces]));

describe('a block of snappy', () => {
  it('that the library packed is what it was', async () => {
    await fc.assert(
      fc.asyncProperty(bodies, async (body) => {
        expect((await unpacked(compressSync(body))).equals(body)).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  it('that was changed or cut is refused, or unpacked, as by the library', async () => {
    const changes = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 3 });
    await fc.assert(
      fc.asyncProperty(bodies, changes, fc.nat(), async (body, at, cut) => {
        const packed = Buffer.from(compressSync(body));
        for (const [where, value] of at) packed[where % packed.length] = value;
        const given = packed.subarray(0, cut % 3 === 0 ? cut % packed.length : packed.length);
        const ours = await unpacked(given).catch((error: unknown) => error);
        const theirs = byLibrary(given);
        if (theirs === undefined) {
          const code = String(Reflect.get(Object(ours), 'code'));
          expect(['INVALID_DATA', 'TOO_LARGE']).toContain(code);
        } else {
          expect(Buffer.isBuffer(ours) && ours.equals(theirs)).toBe(true);
        }
      }),
      { numRuns: 1500 },
    );
  });

  it('is read in turns where it is long, with literals of every length field', async () => {
    const piece = Buffer.alloc(70_000, 'observability');
    const literals = [
      Buffer.concat([Buffer.from([60 << 2, 99]), piece.subarray(0, 100)]),
      Buffer.concat([Buffer.from([61 << 2, 0x0f, 0x27]), piece.subarray(0, 9_999 + 1)]),
      Buffer.concat([Buffer.from([62 << 2, 0x6f, 0x11, 0x01]), piece]),
      Buffer.concat([Buffer.from([63 << 2, 0x6f, 0x11, 0x01, 0]), piece]),
    ];
    const copies = Buffer.concat(Array.from({ length: 40_000 }, () => Buffer.from([0xfe, 13, 0])));
    const length = 100 + 10_000 + 140_000 + 40_000 * 64;
    const groups = [length, length >> 7, length >> 14].map((group) => (group & 127) | 128);
    const head = Buffer.from([...groups, length >> 21]);
    const packed = Buffer.concat([head, ...literals, copies]);
    const bytes = await unpacked(packed);
    expect(bytes.length).toBe(length);
    expect(bytes.equals(byLibrary(packed) ?? Buffer.alloc(0))).toBe(true);
  });

  it.each([
    ['without anything', ''],
    ['whose length has no end', '8080808080'],
    ['whose length is over 32 bits', 'ffffffff7f'],
    ['that declares more than it has', '0408616263'],
    ['that declares less than it has', '0208616263'],
    ['with something after its end', '0308616263ff'],
    ['with an element after nothing', '000061'],
    ['with a cut literal', '0a08'],
    ['with a cut length of a literal', '0af4'],
    ['with a copy of offset 0', '0700616d0000'],
    ['with a copy from before its beginning', '080061120200'],
    ['with a copy beyond its end', '03006101010e0100'],
    ['with a cut offset of one byte', '05006101'],
    ['with a cut offset of two bytes', '0500611201'],
    ['with a cut offset of four bytes', '050061130100'],
  ])('%s is refused', async (_name, hex) => {
    const packed = Buffer.from(hex, 'hex');
    expect(byLibrary(packed)).toBeUndefined();
    await expect(unpacked(packed)).rejects.toMatchObject({ code: 'INVALID_DATA' });
  });

  it('that declares more than its bytes can make is refused before it gets room', async () => {
    const packed = Buffer.concat([Buffer.from('808080800f', 'hex'), Buffer.alloc(30, 0xfe)]);
    const refused = unpackWithin(packed, 'snappy', 1000);
    await expect(refused).rejects.toThrow('snappy: unpacks to less than it declares');
  });
});
