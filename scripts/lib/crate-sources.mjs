// C libraries whose sources come through cargo, as crates that carry them, checked by digest.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { cacheDirectory } from './cache.mjs';

const METADATA_BYTES_MAX = 64 * 1024 * 1024;

function cargo(args, options) {
  const result = spawnSync('cargo', args, { encoding: 'utf8', ...options });
  if (result.error !== undefined) throw new Error(`cargo: ${result.error.message}`);
  if (result.status !== 0) throw new Error(`cargo ${args.join(' ')}\n${result.stderr}`);
  return result.stdout;
}

/** Where the crate was unpacked to by an earlier fetch; undefined when it must be fetched. */
function fetchedCrate(note, sha256) {
  if (!existsSync(note)) return undefined;
  const [digest, folder] = readFileSync(note, 'utf8').split('\n');
  // Cargo writes this file when everything is unpacked.
  return digest === sha256 && existsSync(join(folder, '.cargo-ok')) ? folder : undefined;
}

/**
 * Fetches a crate into cargo's cache, once a machine: afterwards cargo is not run at all. Returns
 * the folder that it was unpacked to; throws when its digest in the index is not `sha256`.
 */
export function fetchCrate({ name, version, sha256 }) {
  const project = join(cacheDirectory(), 'crates', name, version);
  const note = join(project, 'fetched');
  const fetched = fetchedCrate(note, sha256);
  if (fetched !== undefined) return fetched;
  mkdirSync(join(project, 'src'), { recursive: true });
  writeFileSync(join(project, 'src', 'lib.rs'), '');
  writeFileSync(
    join(project, 'Cargo.toml'),
    '[package]\nname = "sources"\nversion = "0.0.0"\nedition = "2021"\n' +
      `[dependencies]\n${name} = "=${version.split('+')[0]}"\n`,
  );
  cargo(['fetch'], { cwd: project });
  const locked = readFileSync(join(project, 'Cargo.lock'), 'utf8');
  if (!locked.includes(`checksum = "${sha256}"`)) {
    throw new Error(`${name} ${version} is not the one that was reviewed`);
  }
  const metadata = JSON.parse(
    cargo(['metadata', '--format-version', '1', '--offline'], {
      cwd: project,
      maxBuffer: METADATA_BYTES_MAX,
    }),
  );
  const crate = metadata.packages.find((one) => one.name === name && one.version === version);
  const folder = dirname(crate.manifest_path);
  writeFileSync(note, `${sha256}\n${folder}\n`);
  return folder;
}
