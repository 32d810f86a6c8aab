import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import protobuf from 'protobufjs';
import type { Signal } from '../../src/index.ts';

/** protobufjs over `otlp.proto`: what the decoder is held against. */
const root = protobuf.parse(readFileSync(join(import.meta.dirname, 'otlp.proto'), 'utf8'), {
  keepCase: false,
}).root;

/** Merged when repeated, in Sonde too; of every other message the last one wins. */
const MERGED = new Set(['Status', 'Buckets', 'ValueType', 'ProfilesDictionary']);

root.resolveAll();
const messages = root.lookup('otlp');
if (!(messages instanceof protobuf.Namespace)) throw new Error('no namespace otlp');
for (const type of messages.nestedArray) {
  if (!(type instanceof protobuf.Type)) continue;
  type.setup();
  if (MERGED.has(type.name)) continue;
  const decode: unknown = type.decode;
  if (typeof decode !== 'function') throw new Error('no decoder');
  // The fifth argument would be the message to merge into.
  Reflect.set(type, 'decode', (reader: unknown, length: unknown, end: unknown, depth: unknown) =>
    Reflect.apply(decode, type, [reader, length, end, depth]),
  );
}

const REQUESTS: Readonly<Record<Signal, string>> = {
  traces: 'TracesRequest',
  logs: 'LogsRequest',
  metrics: 'MetricsRequest',
  profiles: 'ProfilesRequest',
};

export function oracleDecode(signal: Signal, bytes: Uint8Array): Node {
  return new Node(root.lookupType(`otlp.${REQUESTS[signal]}`).decode(bytes));
}

export function oracleAnyValue(bytes: Uint8Array): Node {
  return new Node(root.lookupType('otlp.AnyValue').decode(bytes));
}

/** A decoded message, read without believing anything about its type. */
export class Node {
  readonly #value: unknown;

  constructor(value: unknown) {
    this.#value = value;
  }

  get(name: string): unknown {
    const value = this.#value;
    if (typeof value !== 'object' || value === null) return undefined;
    return Object.hasOwn(value, name) ? Reflect.get(value, name) : undefined;
  }

  /** Which member of a oneof was set last. */
  member(oneof: string): string {
    const value = this.#value;
    if (typeof value !== 'object' || value === null) return '';
    // A getter of the message's class.
    const name: unknown = Reflect.get(value, oneof);
    return typeof name === 'string' ? name : '';
  }

  child(name: string): Node {
    return new Node(this.get(name));
  }

  list(name: string): Node[] {
    const value = this.get(name);
    return Array.isArray(value) ? value.map((item) => new Node(item)) : [];
  }

  values(name: string): unknown[] {
    const value = this.get(name);
    return Array.isArray(value) ? value : [];
  }

  /** Bytes as text, one character a byte. */
  text(name: string): string {
    return bytesText(this.get(name));
  }

  number(name: string): number {
    const value = this.get(name);
    return typeof value === 'number' ? value : 0;
  }

  has(name: string): boolean {
    return this.get(name) !== undefined;
  }

  long(name: string): string {
    return longText(this.get(name));
  }
}

export function bytesText(value: unknown): string {
  return value instanceof Uint8Array ? Buffer.from(value).toString('latin1') : '';
}

/** The 64 bits as sixteen hex digits, whatever their sign. */
export function longText(value: unknown): string {
  if (typeof value === 'object' && value !== null && 'low' in value && 'high' in value) {
    return `${hex32(Number(value.high))}${hex32(Number(value.low))}`;
  }
  if (typeof value === 'number') {
    return BigInt.asUintN(64, BigInt(value)).toString(16).padStart(16, '0');
  }
  return '0'.repeat(16);
}

function hex32(word: number): string {
  return (word >>> 0).toString(16).padStart(8, '0');
}
