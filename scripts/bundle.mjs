// Bundles the `sonde` command into cli/dist/sonde.js; packages with native parts stay outside.
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

await build({
  entryPoints: [join(root, 'cli/src/main.ts')],
  outfile: join(root, 'cli/dist/sonde.js'),
  bundle: true,
  platform: 'node',
  target: 'node20.19',
  format: 'esm',
  sourcemap: 'linked',
  legalComments: 'none',
  external: [
    'libsql',
    '@libsql/*',
    '@node-rs/crc32',
    '@chdb/*',
    'node-gyp-build',
    'lz4-napi',
    '*.node',
  ],
  banner: {
    // Bundled CommonJS packages call `require`, which an ES module does not have.
    js: "import { createRequire as sondeCreateRequire } from 'node:module'; const require = sondeCreateRequire(import.meta.url);",
  },
  logLevel: 'warning',
});
