import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { gunzipSync, gzipSync, inflateSync } from 'node:zlib';
import { loadRequest } from '@sonde/proto/bench/load';
import { describe, expect, it } from 'vitest';
import { packDeflate } from '../../src/packing/deflate.ts';
import { type DeflateAddon, deflateAddon } from '../../src/packing/deflate-addon.ts';
import { samples } from './packed-samples.ts';

const READERS = { gzip: gunzipSync, zlib: inflateSync } as const;
const FORMATS = ['gzip', 'zlib'] as const;

/** With what there is on this machine, and as where there is no addon for it. */
const FORMS: readonly (readonly [string, DeflateAddon | undefined])[] = [
  ['libdeflate', deflateAddon()],
  ['node:zlib', undefined],
];

describe('the committed addon', () => {
  const isThere = process.platform === 'linux' && process.arch === 'x64';

  it.runIf(isThere)('was built from the sources beside it', () => {
    const folder = new URL('../../native/', import.meta.url);
    const hash = createHash('sha256');
    const names = readdirSync(folder).filter((name) => /\.(c|h|json)$/.test(name));
    for (const name of names.sort()) hash.update(readFileSync(new URL(name, folder)));
    expect(deflateAddon()?.sourceHash).toBe(hash.digest('hex'));
  });
});

describe.each(FORMS)('bodies packed by %s', (_name, addon) => {
  it.each(FORMATS)('are read by node:zlib at every level: %s', async (packing) => {
    for (let level = -2; level <= 9; level += 1) {
      for (const sample of samples()) {
        // Short and long: at once, and on another thread.
        for (const body of [sample.subarray(0, 20_000), sample]) {
          const packed = await packDeflate(body, { packing, level, addon });
          expect(READERS[packing](packed).equals(body)).toBe(true);
        }
      }
    }
  });

  it('are each its own, many at once and of several levels', async () => {
    const [, , , text = Buffer.alloc(0)] = samples();
    const bodies = Array.from({ length: 60 }, (_, i) => text.subarray(i * 100, 400_000 + i));
    const packed = await Promise.all(
      bodies.map((body, i) => packDeflate(body, { packing: 'gzip', level: i % 10, addon })),
    );
    for (const [i, body] of bodies.entries()) {
      expect(gunzipSync(packed[i] ?? Buffer.alloc(0)).equals(body)).toBe(true);
    }
  });
});

describe('requests packed by default', () => {
  it.each(['traces', 'logs', 'metrics'] as const)(
    'are as short as zlib makes them, within 1.5 %%: %s',
    async (signal) => {
      let ours = 0;
      let theirs = 0;
      for (let seed = 1; seed <= 8; seed += 1) {
        const body = loadRequest(signal, seed);
        const options = { packing: 'gzip', level: -1, addon: deflateAddon() } as const;
        ours += (await packDeflate(body, options)).length;
        theirs += gzipSync(body, { level: 6 }).length;
      }
      expect(ours).toBeLessThan(theirs * 1.015);
    },
  );
});
