import { BinaryWire } from './binary-wire.ts';
import { CompactWire } from './compact-wire.ts';
import type { ThriftWire } from './thrift-type.ts';

const BINARY_VERSION = 0x8001;
const COMPACT_PROTOCOL_ID = 0x82;
const COMPACT_VERSION = 1;
const CALL_TYPES: ReadonlySet<number> = new Set([1, 4]);

/** A call of a method; its arguments are the struct behind it. */
export interface ThriftCall {
  readonly method: string;
  readonly wire: ThriftWire;
}

/** The head of a call in the binary protocol, strict or old. */
export function binaryCall(bytes: Uint8Array): ThriftCall {
  const wire = new BinaryWire(bytes);
  const first = wire.i32();
  if (first < 0) {
    if (first >>> 16 !== BINARY_VERSION) wire.fail('a version that is not 1');
    const method = wire.binary().toString('utf8');
    wire.i32();
    return { method, wire: called(wire, first & 255) };
  }
  if (first > wire.left) wire.fail('a name past the end of the message');
  const name: number[] = [];
  for (let index = 0; index < first; index += 1) name.push(wire.byte());
  const type = wire.byte();
  wire.i32();
  return { method: Buffer.from(name).toString('utf8'), wire: called(wire, type) };
}

/** The head of a call in the compact protocol. */
export function compactCall(bytes: Uint8Array): ThriftCall {
  const wire = new CompactWire(bytes);
  if ((wire.byte() & 255) !== COMPACT_PROTOCOL_ID) wire.fail('not the compact protocol');
  const head = wire.byte() & 255;
  if ((head & 31) !== COMPACT_VERSION) wire.fail('a version that is not 1');
  wire.varint();
  const method = wire.binary().toString('utf8');
  return { method, wire: called(wire, head >>> 5) };
}

/** Calls and one-way calls have arguments; answers and exceptions have not. */
function called(wire: ThriftWire, type: number): ThriftWire {
  return CALL_TYPES.has(type) ? wire : wire.fail(`a message of type ${type}, not a call`);
}
