import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { withElfFile } from '../src/secure/elf-file.ts';
import { instructionAt } from '../src/secure/x86-instructions.ts';

const LIBRARY = ['/lib/x86_64-linux-gnu/libssl.so.3', '/lib/x86_64-linux-gnu/libgnutls.so.30'].find(
  existsSync,
);
const hasObjdump = spawnSync('objdump', ['--version']).status === 0;

/** Instructions that are compared: all there are until an address. */
const INSTRUCTIONS_MAX = 50_000;

describe('lengths of instructions', () => {
  it.each([
    ['c3', 1],
    ['f3c3', 2],
    ['c20800', 3],
    ['f30f1efa', 4],
    ['4883ec08', 4],
    ['48b80102030405060708', 10],
    ['66b80102', 4],
    ['b801020304', 5],
    ['e8c7fdffff', 5],
    ['0f8412020000', 6],
    ['41b862090000', 6],
    ['488d0d5ebc1200', 7],
    ['8b8764080000', 6],
    ['c5f877', 3],
    ['c4e37d190801', 6],
    ['62f17c481000', 6],
    ['f6c201', 3],
    ['f7c201000000', 6],
    ['f7d8', 2],
    ['a10102030405060708', 9],
    ['0fbae01f', 4],
    ['660f3a0fc108', 6],
    ['4b8d1400', 4],
    ['48c7042500000000ffffffff', 12],
  ])('%s has %i bytes', (hex, length) => {
    const code = Buffer.from(hex, 'hex');
    expect(instructionAt(code, 0)?.length).toBe(length);
    for (let cut = 0; cut < length; cut++) {
      const found = instructionAt(code.subarray(0, cut), 0);
      expect(found === undefined || found.length <= cut).toBe(true);
    }
  });

  it('are never more than there is, nor than an instruction has, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 32 }), fc.nat(31), (bytes, start) => {
        const code = Buffer.from(bytes);
        const length = instructionAt(code, start)?.length ?? 1;
        expect(length).toBeGreaterThan(0);
        expect(length).toBeLessThanOrEqual(15);
      }),
      { numRuns: 2_000 },
    );
  });

  it.runIf(LIBRARY !== undefined && hasObjdump)('are those that objdump finds', () => {
    const listing = spawnSync('objdump', ['-d', '-j', '.text', '-w', LIBRARY ?? ''], {
      encoding: 'utf8',
      maxBuffer: 512 * 1024 * 1024,
    }).stdout;
    const wrong: string[] = [];
    let compared = 0;
    withElfFile(LIBRARY ?? '', (elf) => {
      const text = elf.section('.text');
      const code = text === undefined ? Buffer.alloc(0) : elf.code(text.address, text.size);
      for (const line of listing.split('\n')) {
        const [, at, bytes, words = ''] =
          /^ +([0-9a-f]+):\t((?:[0-9a-f]{2} )+) *\t?(.*)$/.exec(line) ?? [];
        if (at === undefined || bytes === undefined || words.includes('(bad)')) continue;
        const start = Number.parseInt(at, 16) - (text?.address ?? 0);
        const found = instructionAt(code, start);
        const isReturn = /^(?:repz? |bnd )?ret/.test(words);
        const isSame = found?.length === bytes.trim().split(' ').length;
        if (!isSame || found?.isReturn !== isReturn) wrong.push(line);
        if (++compared >= INSTRUCTIONS_MAX) break;
      }
    });
    expect(compared).toBeGreaterThan(10_000);
    expect(wrong.slice(0, 20)).toEqual([]);
  });
});
