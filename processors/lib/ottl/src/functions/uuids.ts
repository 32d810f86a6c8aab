import { randomBytes, randomUUID } from 'node:crypto';
import type { FunctionDefinition } from '../compile/function-definition.ts';
import type { Getter } from '../compile/getter.ts';
import { receivedUnixNano } from './received-time.ts';

const NS_PER_MS = 1_000_000n;

/** Version 7: milliseconds since 1970, then random bits (RFC 9562, 5.7). */
function uuidV7(unixMs: bigint): string {
  const bytes = randomBytes(16);
  bytes.writeUIntBE(Number(unixMs), 0, 6);
  bytes.writeUInt8(0x70 | (bytes.readUInt8(6) & 0x0f), 6);
  bytes.writeUInt8(0x80 | (bytes.readUInt8(8) & 0x3f), 8);
  const hex = bytes.toString('hex');
  const ends = [8, 12, 16, 20, 32];
  return ends.map((end, index) => hex.slice(ends[index - 1] ?? 0, end)).join('-');
}

/** Neither gives the same again when a batch is replayed. */
export const UUIDS: readonly FunctionDefinition[] = [
  {
    name: 'UUID',
    parameters: [],
    pure: false,
    create:
      <C>(): Getter<C> =>
      () =>
        randomUUID(),
  },
  {
    name: 'UUIDv7',
    parameters: [],
    pure: false,
    create:
      <C>(): Getter<C> =>
      (cursor) =>
        uuidV7(receivedUnixNano(cursor) / NS_PER_MS),
  },
];
