// Bundles the `sonde` command into cli/dist/sonde.js; packages with native parts stay outside.
import { renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

const dist = join(root, 'cli/dist');
const draft = `${dist}.new`;
rmSync(draft, { recursive: true, force: true });

await build({
  entryPoints: [
    { in: join(root, 'cli/src/main.ts'), out: 'sonde' },
    // A thread starts from a file of its own, beside the chunk that starts it.
    { in: join(root, 'pipeline/src/packing/zstd-thread.js'), out: 'chunks/zstd-thread' },
    { in: join(root, 'cli/src/commands/gateway-thread.ts'), out: 'chunks/gateway-thread' },
  ],
  outdir: draft,
  // A command's code is a chunk of its own: each process loads what it runs.
  splitting: true,
  chunkNames: 'chunks/[name]-[hash]',
  minifySyntax: true,
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
    '@node-rs/xxhash',
    '@chdb/*',
    'node-gyp-build',
    'lz4-napi',
    'snappy',
    // Reads its WebAssembly from the folder that it lies in.
    '@bokuweb/zstd-wasm',
    '*.node',
  ],
  banner: {
    // Bundled CommonJS packages call `require`, which an ES module does not have.
    js: "import { createRequire as sondeCreateRequire } from 'node:module'; const require = sondeCreateRequire(import.meta.url);",
  },
  logLevel: 'warning',
});

// Swapped whole: what runs from the old one keeps its loaded code, a failed build changes nothing.
rmSync(dist, { recursive: true, force: true });
renameSync(draft, dist);
