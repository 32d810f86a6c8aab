import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ElfFile, withElfFile } from '../src/secure/elf-file.ts';
import { findFunctions } from '../src/secure/elf-symbols.ts';
import { findGoFunctions } from '../src/secure/go-functions.ts';
import { Call, probePointsOf } from '../src/secure/probe-points.ts';
import { libraryPaths } from '../src/secure/secure-probes.ts';
import { HAS_GO, HAS_OPENSSL, SecurePrograms } from './secure-programs.ts';

const LIBRARY = '/lib/x86_64-linux-gnu/libssl.so.3';
const hasNm = spawnSync('nm', ['--version']).status === 0;

function parse(image: Buffer): ElfFile | undefined {
  return ElfFile.parse((offset, length) => image.subarray(offset, offset + length));
}

/** Whatever the file, points or none: never an exception that is not about its end. */
function tryPoints(image: Buffer): void {
  try {
    const elf = parse(image);
    const points = elf === undefined ? [] : probePointsOf(elf).points;
    for (const { offset } of points) expect(Number.isSafeInteger(offset)).toBe(true);
  } catch (error) {
    expect(error).toBeInstanceOf(RangeError);
  }
}

describe('places for probes', () => {
  it.runIf(existsSync(LIBRARY))('in OpenSSL are where its functions begin and return', () => {
    const { points, refused } = withElfFile(LIBRARY, probePointsOf) ?? { points: [] };
    expect(refused).toBeUndefined();
    const image = readFileSync(LIBRARY);
    const ends = points.filter(({ call }) => call & Call.ends);
    expect(ends.length).toBeGreaterThanOrEqual(4);
    for (const { offset } of ends) expect(image[offset]).toBe(0xc3);
    const begins = points.filter(({ call }) => !(call & (Call.ends | Call.frees)));
    expect(begins.map(({ call }) => call).sort()).toEqual([0, 1, 2, 3]);
  });

  it('are in this very node, and none in a program that encrypts nothing', () => {
    expect(withElfFile(process.execPath, probePointsOf)?.points.length).toBeGreaterThan(8);
    expect(withElfFile('/bin/true', probePointsOf)).toEqual({ points: [], refused: undefined });
    expect(withElfFile('/proc/self/status', probePointsOf)).toBeUndefined();
    expect(withElfFile('/nowhere', probePointsOf)).toBeUndefined();
  });

  it.runIf(HAS_GO && HAS_OPENSSL && hasNm)(
    'in Go are found without symbols, where the symbols had them',
    { timeout: 120_000 },
    async () => {
      const programs = new SecurePrograms();
      const names = ['crypto/tls.(*Conn).Read', 'crypto/tls.(*Conn).Write'];
      const [plain, stripped] = [true, false].map((hasSymbols) => programs.buildGo(hasSymbols));
      const bySymbols = withElfFile(plain ?? '', (elf) => findFunctions(elf, names));
      const byTable = withElfFile(stripped ?? '', (elf) => findGoFunctions(elf, names));
      const none = withElfFile(stripped ?? '', (elf) => findFunctions(elf, names));
      await programs.end();
      expect(none?.size).toBe(0);
      expect(byTable?.size).toBe(2);
      for (const name of names) {
        expect(byTable?.get(name)?.address).toBe(bySymbols?.get(name)?.address);
      }
    },
  );

  it.runIf(existsSync(LIBRARY))('are looked for in damaged files without harm', () => {
    const whole = readFileSync(LIBRARY);
    fc.assert(
      fc.property(fc.nat(whole.length), (length) => tryPoints(whole.subarray(0, length))),
      { numRuns: 100 },
    );
    const header = whole.subarray(0, 64 * 1024);
    const places = fc.array(fc.tuple(fc.nat(header.length - 1), fc.nat(255)), { maxLength: 40 });
    fc.assert(
      fc.property(places, (changes) => {
        const image = Buffer.from(header);
        for (const [at, value] of changes) image[at] = value;
        tryPoints(image);
      }),
      { numRuns: 200 },
    );
  });

  it('are looked for in the libraries for TLS that a process has mapped, each once', () => {
    const maps = [
      '7f00-7f01 r--p 00000000 fe:00 17 /usr/lib/x86_64-linux-gnu/libssl.so.3',
      '7f01-7f02 r-xp 00000000 fe:00 17    /usr/lib/x86_64-linux-gnu/libssl.so.3',
      '7f02-7f03 r-xp 00000000 fe:00 18 /opt/app/libssl-5aa52e3b.so.1.1',
      '7f03-7f04 r-xp 00000000 fe:00 19 /usr/lib/libc.so.6',
      '7f04-7f05 rw-p 00000000 00:00 0 ',
    ].join('\n');
    expect(libraryPaths(maps)).toEqual([
      '/usr/lib/x86_64-linux-gnu/libssl.so.3',
      '/opt/app/libssl-5aa52e3b.so.1.1',
    ]);
  });
});
