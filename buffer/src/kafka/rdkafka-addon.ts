import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { KafkaFailure } from './kafka-failure.ts';

/** Opaque; only the addon looks inside. */
export type RdProducer = object;

/** Value, key, time in milliseconds, headers as name, value, name, value. */
export type RdRecord = readonly [
  value: Uint8Array,
  key: Uint8Array | undefined,
  timestampUnixMs: number,
  headers: readonly string[],
];

/** `native/rdkafka/producer.c`. Errors carry librdkafka's name of the error as `code`. */
export interface RdKafkaAddon {
  /** Settings of librdkafka: name, value, name, value. Throws where one is refused. */
  open(settings: readonly string[]): RdProducer;
  /** The first record's offset. Bytes must not change until it settles. */
  produce(
    producer: RdProducer,
    topic: string,
    partition: number,
    records: readonly RdRecord[],
  ): Promise<number>;
  /** What is under way is rejected. Takes up to a tenth of a second. */
  close(producer: RdProducer): void;
  version(): string;
}

const FILE = 'build/sonde-rdkafka.node';
const FUNCTIONS = ['open', 'produce', 'close', 'version'];

/** Where `npm run setup:librdkafka` has put it; undefined where nobody has built it. */
export function rdKafkaPath(): string | undefined {
  let folder = dirname(fileURLToPath(import.meta.url));
  for (;;) {
    const places = [join(folder, FILE), join(folder, 'buffer', FILE)];
    const found = places.find((path) => existsSync(path));
    const parent = dirname(folder);
    if (found !== undefined || parent === folder) return found;
    folder = parent;
  }
}

let loaded: RdKafkaAddon | undefined;

/** Throws a `KafkaFailure` where it is not built, or its library is not installed. */
export function loadRdKafka(): RdKafkaAddon {
  if (loaded !== undefined) return loaded;
  const path = rdKafkaPath();
  if (path === undefined) throw unusable('it is not built here');
  const module: { readonly exports: unknown } = { exports: {} };
  try {
    // Node exports an OpenSSL of its own: librdkafka is to find the one that it was built with.
    const { RTLD_NOW, RTLD_DEEPBIND } = constants.dlopen;
    process.dlopen(module, path, RTLD_NOW | RTLD_DEEPBIND);
  } catch (error) {
    throw unusable(error instanceof Error ? error.message : String(error));
  }
  const { exports: addon } = module;
  if (!isAddon(addon)) throw unusable('it is of another release');
  loaded = addon;
  return addon;
}

function unusable(reason: string): KafkaFailure {
  const text = `the client librdkafka cannot be used (npm run setup:librdkafka): ${reason}`;
  return new KafkaFailure('NO_LIBRDKAFKA', text);
}

function isAddon(value: unknown): value is RdKafkaAddon {
  if (typeof value !== 'object' || value === null) return false;
  const members = new Map<string, unknown>(Object.entries(value));
  return FUNCTIONS.every((name) => typeof members.get(name) === 'function');
}
