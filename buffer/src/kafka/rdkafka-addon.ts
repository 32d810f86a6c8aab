import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { KafkaFailure } from './kafka-failure.ts';

/** Opaque; only the addon looks inside. */
export type RdProducer = object;
export type RdConsumer = object;
export type RdPartition = object;

/** Value, key, time in milliseconds, headers as name, value, name, value. */
export type RdRecord = readonly [
  value: Uint8Array,
  key: Uint8Array | undefined,
  timestampUnixMs: number,
  headers: readonly string[],
];

/** A record that was read. */
export type RdFetchedRecord = readonly [
  offset: number,
  timestampUnixMs: number,
  key: Buffer | undefined,
  value: Buffer,
  headers: readonly string[],
];

/** `next` is -1 where nothing came; `start` and `end` are negative while they are not known. */
export type RdTaken = readonly [
  records: readonly RdFetchedRecord[],
  next: number,
  start: number,
  end: number,
];

/** `native/rdkafka/`. Errors carry librdkafka's name of the error as `code`. */
export interface RdKafkaAddon {
  /** Settings of librdkafka: name, value, name, value. Throws where one is refused. */
  open(settings: readonly string[]): RdProducer;
  /** Where each record lies, or why it does not. Bytes must not change until it settles. */
  produce(
    producer: RdProducer,
    topic: string,
    partition: number,
    records: readonly RdRecord[],
  ): Promise<readonly (number | Error)[]>;
  /** What is under way is rejected. Takes up to a tenth of a second. */
  close(producer: RdProducer): void;
  openConsumer(settings: readonly string[]): RdConsumer;
  /** Its partitions are closed before. */
  closeConsumer(consumer: RdConsumer): void;
  /** `ready` is called when there is something to take where nothing was. One reader a partition. */
  openPartition(
    consumer: RdConsumer,
    topic: string,
    partition: number,
    ready: () => void,
  ): RdPartition;
  /** Fetches from there on; what was fetched before is thrown away. */
  startAt(partition: RdPartition, offset: number): void;
  /** What has come, up to `bytesMax` or one record. Throws what kept records from coming. */
  take(partition: RdPartition, bytesMax: number): RdTaken;
  closePartition(partition: RdPartition): void;
  version(): string;
}

/** librdkafka's names of what has another one in the protocol; its own begin with `_`. */
const TYPES: Readonly<Record<string, string>> = {
  MSG_SIZE_TOO_LARGE: 'MESSAGE_TOO_LARGE',
  UNKNOWN_TOPIC_OR_PART: 'UNKNOWN_TOPIC_OR_PARTITION',
  _UNKNOWN_TOPIC: 'UNKNOWN_TOPIC_OR_PARTITION',
  _UNKNOWN_PARTITION: 'UNKNOWN_TOPIC_OR_PARTITION',
  TOPIC_EXCEPTION: 'INVALID_TOPIC_EXCEPTION',
  _AUTO_OFFSET_RESET: 'OFFSET_OUT_OF_RANGE',
  _ALL_BROKERS_DOWN: 'NETWORK_EXCEPTION',
  _MSG_TIMED_OUT: 'REQUEST_TIMED_OUT',
  _PURGE_QUEUE: 'CLOSED',
  _PURGE_INFLIGHT: 'CLOSED',
  _DESTROY: 'CLOSED',
};

const FILE = 'build/sonde-rdkafka.node';
const FUNCTIONS = [
  'open',
  'produce',
  'close',
  'openConsumer',
  'closeConsumer',
  'openPartition',
  'startAt',
  'take',
  'closePartition',
  'version',
];

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

/** Whether the login of SCRAM is as brokers from Kafka 4 on want it (librdkafka's 4895). */
const SCRAM_SINCE = '2.6.1';

/** What the library that is here lacks of what is wanted; undefined where it lacks nothing. */
export function rdKafkaLacks(wanted: { readonly isScram: boolean }): string | undefined {
  let version: string;
  try {
    version = loadRdKafka().version();
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  if (!wanted.isScram || isAtLeast(version, SCRAM_SINCE)) return undefined;
  return `librdkafka ${version} sends a nonce of SCRAM that brokers of Kafka 4 refuse: take ${SCRAM_SINCE} or later, mechanism PLAIN, or client: kafkajs`;
}

/** Versions as `2.6.1`. */
export function isAtLeast(version: string, wanted: string): boolean {
  const [have, need] = [version, wanted].map((text) => text.split('.').map(Number));
  for (const [index, part] of (need ?? []).entries()) {
    const own = have?.[index] ?? 0;
    if (own !== part) return own > part;
  }
  return true;
}

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

/** An addon's error as ours. */
export function toRdFailure(error: unknown): KafkaFailure {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  const text = error instanceof Error ? error.message : String(error);
  const type = typeof code === 'string' ? code : 'UNKNOWN';
  return new KafkaFailure(TYPES[type] ?? type, text, error);
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
