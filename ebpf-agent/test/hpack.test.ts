import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HpackDecoder } from '../src/http2/hpack-decoder.ts';
import { decodeHuffman } from '../src/http2/huffman.ts';

function hex(text: string): Buffer {
  return Buffer.from(text.replaceAll(' ', ''), 'hex');
}

function decoded(coded: string): string | undefined {
  const into = Buffer.alloc(256);
  const length = decodeHuffman(hex(coded), into);
  return length === undefined ? undefined : into.toString('latin1', 0, length);
}

describe('the Huffman code of HPACK', () => {
  it.each([
    ['f1e3 c2e5 f23a 6ba0 ab90 f4ff', 'www.example.com'],
    ['a8eb 1064 9cbf', 'no-cache'],
    ['25a8 49e9 5ba9 7d7f', 'custom-key'],
    ['d07a be94 1054 d444 a820 0595 040b 8166 e082 a62d 1bff', 'Mon, 21 Oct 2013 20:13:21 GMT'],
    ['9d29 ad17 1863 c78f 0b97 c8e9 ae82 ae43 d3', 'https://www.example.com'],
  ])('reads %s', (coded, text) => {
    expect(decoded(coded)).toBe(text);
  });

  it('refuses padding that is no padding, and the end inside', () => {
    expect(decoded('f1e3 c2e5 f23a 6ba0 ab90 f4fe')).toBeUndefined();
    expect(decoded('ffff ffff')).toBeUndefined();
  });
});

/** Names and values, as they were read. */
function read(decoder: HpackDecoder, block: Buffer): readonly unknown[] | undefined {
  return decoder.decode(block)?.map(({ name, value }) => ({ name, value }));
}

describe('headers of HTTP/2', () => {
  it('are read as in the examples of RFC 7541, C.4, with their table', () => {
    const decoder = new HpackDecoder();
    expect(read(decoder, hex('8286 8441 8cf1 e3c2 e5f2 3a6b a0ab 90f4 ff'))).toEqual([
      { name: ':method', value: 'GET' },
      { name: ':scheme', value: 'http' },
      { name: ':path', value: '/' },
      { name: ':authority', value: 'www.example.com' },
    ]);
    expect(read(decoder, hex('8286 84be 5886 a8eb 1064 9cbf'))?.slice(3)).toEqual([
      { name: ':authority', value: 'www.example.com' },
      { name: 'cache-control', value: undefined },
    ]);
    const last = hex('8287 85bf 4088 25a8 49e9 5ba9 7d7f 8925 a849 e95b b8e8 b4bf');
    expect(read(decoder, last)?.slice(3)).toEqual([
      { name: ':authority', value: 'www.example.com' },
      { name: 'custom-key', value: undefined },
    ]);
  });

  it('leave the table when it is full, as in C.6', () => {
    const decoder = new HpackDecoder();
    // The table of the example has 256 bytes.
    decoder.decode(hex('3fe1 01'));
    decoder.decode(
      hex(
        '4882 6402 5885 aec3 771a 4b61 96d0 7abe 9410 54d4 44a8 2005 9504 0b81 66e0 82a6 2d1b ff6e ' +
          '919d 29ad 1718 63c7 8f0b 97c8 e9ae 82ae 43d3',
      ),
    );
    const second = read(decoder, hex('4883 640e ffc1 c0bf'));
    expect(second?.[0]).toEqual({ name: ':status', value: '307' });
    expect(second).toHaveLength(4);
  });

  it('are unknown where they refer to what nobody saw', () => {
    const decoder = new HpackDecoder();
    expect(read(decoder, hex('82 be c5'))).toEqual([
      { name: ':method', value: 'GET' },
      { name: undefined, value: undefined },
      { name: undefined, value: undefined },
    ]);
    // Whose name is unknown is kept, because it moves the others.
    expect(read(decoder, hex('7e 03 616263 44 02 2f61 be bf'))?.slice(2)).toEqual([
      { name: ':path', value: '/a' },
      { name: undefined, value: undefined },
    ]);
  });

  it('have no query, and no value that nobody needs', () => {
    const decoder = new HpackDecoder();
    const path = Buffer.from('/a?token=secret');
    const block = Buffer.concat([Buffer.of(0x44, path.length), path, hex('5706 736563726574')]);
    expect(read(decoder, block)).toEqual([
      { name: ':path', value: '/a' },
      { name: 'authorization', value: undefined },
    ]);
  });

  it('are never read out of what is none, whatever the bytes', () => {
    const decoder = new HpackDecoder();
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        const fields = decoder.decode(Buffer.from(bytes)) ?? [];
        for (const { value } of fields) expect((value ?? '').length).toBeLessThanOrEqual(256);
      }),
      { numRuns: 5_000 },
    );
  });
});
