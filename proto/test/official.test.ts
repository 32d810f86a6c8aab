import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { pythonPath } from '../../scripts/lib/python.mjs';
import {
  decodeRequests,
  encodeColumns,
  jsonToProtobuf,
  protobufToJson,
  SIGNALS,
  type Signal,
} from '../src/index.ts';
import { requestOf } from '../src/schema/request-of.ts';
import { columnsRows } from './oracle/columns-rows.ts';
import { oracleRows } from './oracle/oracle-rows.ts';
import { Random, randomMessage } from './oracle/random-wire.ts';

const REQUESTS = 60;
const PYTHON = pythonPath(dirname(dirname(import.meta.dirname)));
const SCRIPT = join(import.meta.dirname, 'oracle/official.py');

/** What the official Python classes know of each request, in protobuf again. */
function official(signal: Signal, requests: readonly Uint8Array[]): Buffer[] {
  const input = requests
    .map((bytes) => `${signal} ${Buffer.from(bytes).toString('base64')}\n`)
    .join('');
  const { stdout, stderr, status } = spawnSync(PYTHON, [SCRIPT], {
    input,
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  if (status !== 0) throw new Error(stderr);
  return stdout
    .split('\n')
    .slice(0, -1)
    .map((line) => {
      if (line.startsWith('error')) throw new Error(line);
      return Buffer.from(line, 'base64');
    });
}

/**
 * By way of JSON, which writes every field once: where a value within values comes twice, protobuf
 * merges the two and Sonde takes the last.
 */
function canonicalRequests(signal: Signal): Uint8Array[] {
  return randomRequests(signal).map((bytes) =>
    jsonToProtobuf(signal, protobufToJson(signal, bytes)),
  );
}

function randomRequests(signal: Signal): Uint8Array[] {
  return Array.from({ length: REQUESTS }, (_, seed) =>
    randomMessage(new Random(seed + 1), requestOf(signal)),
  );
}

/** Made by `npm test` where there is Python; its requirements name the official classes. */
describe.skipIf(!existsSync(PYTHON))('the official classes in Python', () => {
  it.each(SIGNALS)('know every field of %s that columns were encoded to', (signal) => {
    const batches = canonicalRequests(signal).map((bytes) =>
      decodeRequests(signal, [
        { signal, bytes, itemCount: 1, tenant: 'default', receivedUnixMs: 1 },
      ]),
    );
    const read = official(signal, batches.map(encodeColumns));
    expect(read).toHaveLength(REQUESTS);
    for (const [i, bytes] of read.entries()) {
      expect(oracleRows(signal, bytes)).toEqual(columnsRows(batches[i]));
    }
  });

  it.each(SIGNALS)('know every field of %s that JSON was turned into', (signal) => {
    const requests = randomRequests(signal);
    for (const [i, bytes] of official(signal, canonicalRequests(signal)).entries()) {
      expect(oracleRows(signal, bytes)).toEqual(oracleRows(signal, requests[i]));
    }
  });
});
