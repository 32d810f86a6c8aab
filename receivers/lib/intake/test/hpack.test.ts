import { describe, expect, it } from 'vitest';
import { HpackDecoder } from '../src/http2/hpack-decoder.ts';
import { headerBlock } from '../src/http2/hpack-encoder.ts';
import { huffmanText } from '../src/http2/huffman.ts';

/** All bytes from 0 to 255, as the Huffman encoder of Go has them. */
const ALL_BYTES = Buffer.from(
  '/8f//Y///+L///4////k///+X///5v///n///+j//+r////z///6f///q////9///+v///7P///t///+7///7///' +
    '/w////H///8v////v///z////T///9f///2////f///+P///5////r///+1P4/n/r/yr8f6/r+/n/f0suwAImWm3' +
    'HXn7n3//IP+/8/9Q3b1/BhxY8mXNn0adWvZt3b+HHl+c/3/3//w/+f/kX/9HGSQss05unWimo9faxCbe/jz69//7' +
    '/n/7/9////z//m//9L//n//6P//T//9T//1f//s//+t//9r//7f//3P//u///e///r//+////Z///b//6///4P//' +
    '7v//w///i///H//+T//uf/+x//+X//2f//zf//n///v//9r//u//9P//t//+5//+j//9P//e///V//7v//vf//4f' +
    '/9///3///1///s//8H//h//+D//xf//t//+H//93//7//+r//4v//j//+T//+H//y///N///H///g///4f/+v//j' +
    '//8///8v//o///2f//8X///H///yf//97///v///8v//+P//+3//l//4///+b///wf//+H///n///8X//+X//k//' +
    '8v///R///0////7///4////J///5f/+z///P//t//83//0//+f//0f//z//+r//6///93//+////T///X///q///' +
    'p///1///+b///s///7f///P///6P///T///6v///X////3///s///9v///u///9////w///7vw==',
  'base64',
);

function decode(decoder: HpackDecoder, hex: string): string[] {
  const block = Buffer.from(hex.replaceAll(' ', ''), 'hex');
  const fields: string[] = [];
  decoder.decode(block, 0, block.length, ({ name, value }) => fields.push(`${name}: ${value}`));
  return fields;
}

function refusal(hex: string): string {
  try {
    return decode(new HpackDecoder(), hex).join();
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

describe('compression of headers', () => {
  it('knows the Huffman code of every byte', () => {
    const text = huffmanText(ALL_BYTES, 0, ALL_BYTES.length);
    expect([...Buffer.from(text, 'latin1')]).toEqual(Array.from({ length: 256 }, (_, i) => i));
  });

  it('reads three requests of one connection (RFC 7541, C.4)', () => {
    const decoder = new HpackDecoder();
    const authority = ':authority: www.example.com';
    expect(decode(decoder, '8286 8441 8cf1 e3c2 e5f2 3a6b a0ab 90f4 ff')).toEqual([
      ':method: GET',
      ':scheme: http',
      ':path: /',
      authority,
    ]);
    expect(decode(decoder, '8286 84be 5886 a8eb 1064 9cbf')).toEqual([
      ':method: GET',
      ':scheme: http',
      ':path: /',
      authority,
      'cache-control: no-cache',
    ]);
    const third = '8287 85bf 4088 25a8 49e9 5ba9 7d7f 8925 a849 e95b b8e8 b4bf';
    expect(decode(decoder, third)).toEqual([
      ':method: GET',
      ':scheme: https',
      ':path: /index.html',
      authority,
      'custom-key: custom-value',
    ]);
  });

  it('forgets the oldest entries when the table is full, or made smaller', () => {
    const decoder = new HpackDecoder();
    const entry = (letter: string): string =>
      Buffer.concat([Buffer.of(0x40, 1), Buffer.from(letter), Buffer.of(1, 0x31)]).toString('hex');
    decode(decoder, entry('a') + entry('b') + entry('c'));
    expect(decode(decoder, 'be bf c0')).toEqual(['c: 1', 'b: 1', 'a: 1']);
    // Room for two entries of 34 bytes.
    expect(decode(decoder, '3f25 be bf')).toEqual(['c: 1', 'b: 1']);
    expect(() => decode(decoder, 'c0')).toThrow('an index without an entry');
    expect(decode(decoder, `${entry('d')} be bf`)).toEqual(['d: 1', 'd: 1', 'c: 1']);
    // As many as come: what was evicted is not kept.
    for (let count = 0; count < 1000; count += 1) decode(decoder, entry('e'));
    expect(decode(decoder, 'be bf')).toEqual(['e: 1', 'e: 1']);
    expect(() => decode(decoder, '20 be')).toThrow('an index without an entry');
  });

  it('refuses what would make the tables of both sides differ', () => {
    const table = [
      ['80', 'an index without an entry'],
      ['be', 'an index without an entry'],
      ['82 20', 'a table size after the first field'],
      ['3f e2 1f', 'a table larger than allowed'],
      ['40 05 61', 'a string that is cut'],
      ['40', 'a header block that is cut'],
      ['ff ff ff ff ff ff', 'an integer that is too large'],
      ['40 81 ff', 'a string that is no Huffman code'],
      ['40 84 ff ff ff ff', 'a string that is no Huffman code'],
    ] as const;
    for (const [hex, words] of table) expect({ hex, words: refusal(hex) }).toEqual({ hex, words });
  });

  it('writes what it reads, long values and bytes that are no ASCII among them', () => {
    const headers = {
      ':status': '200',
      'content-type': 'application/grpc',
      'grpc-status': '14',
      'grpc-message': `${'x'.repeat(300)}\u00e9`,
      'x-empty': '',
    };
    const block = headerBlock(headers);
    expect(decode(new HpackDecoder(), block.toString('hex'))).toEqual(
      Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
    );
  });
});
