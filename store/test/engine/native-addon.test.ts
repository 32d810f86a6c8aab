import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const require = createRequire(import.meta.url);
const store = new URL('../../', import.meta.url);

describe('the committed addon', () => {
  it('was built from the sources beside it', () => {
    const folder = new URL('native/', store);
    const names = readdirSync(folder).filter((name) => /\.[ch]$/.test(name));
    const hash = createHash('sha256');
    for (const name of names.sort()) hash.update(readFileSync(new URL(name, folder)));
    const load: unknown = require('node-gyp-build');
    if (typeof load !== 'function') throw new Error('node-gyp-build exports no function');
    const addon: unknown = load(fileURLToPath(store));
    expect(addon).toHaveProperty('sourceHash', hash.digest('hex'));
  });
});
