import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

/** Where partitions go that are read seldom: another disk, or a bucket. */
export type ColdVolume =
  | { readonly kind: 'disk'; readonly path: string }
  /**
   * `endpoint` is the bucket's URL with its prefix. Credentials come from the usual environment
   * variables of AWS or the role of the machine, never from a file of ours.
   */
  | { readonly kind: 's3'; readonly endpoint: string; readonly region?: string | undefined };

export const ColdVolumeSchema: z.ZodType<ColdVolume> = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('disk'), path: z.string().min(1) }),
  z.strictObject({
    kind: z.literal('s3'),
    endpoint: z.url({ protocol: /^https?$/ }),
    region: z.string().min(1).optional(),
  }),
]);

/** The name of the volume and of its disk in the engine; the hot one is called `default`. */
export const COLD_VOLUME = 'cold';

/** The policy of every table; without a cold volume it has the default disk alone. */
export const STORAGE_POLICY = 'sonde';

const REMEMBERED = 'cold-volume.json';
const COLD_METADATA = 'cold-metadata';

/** A part of `engine.xml`: names with values, nested; a list is elements of one name. */
export interface ConfigTree {
  readonly [name: string]: number | string | ConfigTree | readonly ConfigTree[];
}

/** The engine's disks and the policy of tables. */
export function storageConfiguration(cold: ColdVolume | undefined, directory: string): ConfigTree {
  const hot = { default: { disk: 'default' } };
  if (cold === undefined) return { policies: { [STORAGE_POLICY]: { volumes: hot } } };
  const volumes = { ...hot, [COLD_VOLUME]: { disk: COLD_VOLUME } };
  return {
    disks: { [COLD_VOLUME]: coldDisk(cold, directory) },
    policies: { [STORAGE_POLICY]: { volumes, move_factor: 0.1 } },
  };
}

/** The folders in which the engine's disks keep tables, the hot one's first; not all need be there. */
export function tableRoots(cold: ColdVolume | undefined, directory: string): readonly string[] {
  const hot = join(directory, 'data', 'store');
  if (cold === undefined) return [hot];
  return [hot, join(cold.kind === 'disk' ? cold.path : join(directory, COLD_METADATA), 'store')];
}

function coldDisk(cold: ColdVolume, directory: string): ConfigTree {
  if (cold.kind === 'disk') return { type: 'local', path: withSlash(cold.path) };
  return {
    type: 's3',
    endpoint: withSlash(cold.endpoint),
    use_environment_credentials: 1,
    metadata_path: withSlash(join(directory, COLD_METADATA)),
    ...(cold.region === undefined ? {} : { region: cold.region }),
  };
}

function withSlash(path: string): string {
  return path.endsWith('/') ? path : `${path}/`;
}

/** The cold volume that a store was opened with before; undefined where it has none. */
export function rememberedColdVolume(directory: string): ColdVolume | undefined {
  const file = join(directory, REMEMBERED);
  if (!existsSync(file)) return undefined;
  try {
    return ColdVolumeSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch (cause) {
    throw new Error(
      `${file} is not whole: it says where the store's cold volume is, as ` +
        '{"kind":"disk","path":"..."} or {"kind":"s3","endpoint":"https://..."}. Write it again, ' +
        'or remove it where the store never had one',
      { cause },
    );
  }
}

/**
 * Remembers the cold volume of a store. Rows that lie there are missing without it, and the engine
 * would say nothing: throws in words when a store that has one is opened without it or with another.
 */
export function keepColdVolume(cold: ColdVolume | undefined, directory: string): void {
  const file = join(directory, REMEMBERED);
  const before = rememberedColdVolume(directory);
  if (before !== undefined && (cold === undefined || placeOf(before) !== placeOf(cold))) {
    const now = cold === undefined ? 'without one' : `with ${placeOf(cold)}`;
    throw new Error(
      `this store has rows on the cold volume ${placeOf(before)}, and is opened ${now}: name ` +
        `the same volume again. Where it moved, move its files too and change ${file}; nothing ` +
        'was changed.',
    );
  }
  if (cold === undefined) return;
  if (cold.kind === 'disk') mkdirSync(cold.path, { recursive: true, mode: 0o700 });
  writeFileSync(file, `${JSON.stringify(cold)}\n`);
}

function placeOf(cold: ColdVolume): string {
  return withSlash(cold.kind === 'disk' ? cold.path : cold.endpoint);
}
