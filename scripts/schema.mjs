// `npm run schema`: writes docs/config.schema.json from the components' own schemas.
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const tsx = join(root, 'node_modules/tsx/dist/cli.mjs');
const { status, stdout } = spawnSync(
  process.execPath,
  [tsx, join(root, 'cli/src/main.ts'), 'schema'],
  {
    cwd: root,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
    maxBuffer: 64 * 1024 * 1024,
  },
);
if (status !== 0) process.exit(status ?? 1);
writeFileSync(join(root, 'docs/config.schema.json'), stdout);
const biome = join(root, 'node_modules/@biomejs/biome/bin/biome');
const formatting = spawnSync(
  process.execPath,
  [biome, 'format', '--write', 'docs/config.schema.json'],
  {
    cwd: root,
    stdio: ['ignore', 'ignore', 'inherit'],
  },
);
process.exit(formatting.status ?? 1);
