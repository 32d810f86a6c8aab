import { decodeRequests, type EncodedRequest, type Signal } from '@sonde/proto';
import { z } from 'zod';
import { type ClientInfo, clientInfo } from '../client-info.ts';
import { Telemetry } from '../telemetry.ts';

/** One entry of a persistent queue. */
export interface StoredItem {
  readonly telemetry: Telemetry;
  /** Of the parts that one request was cut into only the last counts as a request. */
  readonly isLastPart: boolean;
}

const FORMAT = 1;
const HEAD_LENGTH_BYTES = 4;

const HEAD = z.strictObject({
  format: z.literal(FORMAT),
  requests: z.array(
    z.strictObject({
      byteCount: z.int().min(0),
      itemCount: z.int().min(0),
      tenant: z.string(),
      receivedUnixMs: z.number(),
    }),
  ),
  isLastPart: z.boolean(),
  transport: z.string().optional(),
  client: z
    .strictObject({
      address: z.string(),
      metadata: z.array(z.tuple([z.string(), z.array(z.string())])),
    })
    .optional(),
});

type Head = z.infer<typeof HEAD>;

/**
 * An item as bytes: the length of the head (32 bits, little endian), the head as JSON, the requests
 * as they came. With it goes the client's address and metadata, as upstream keeps them, and not what
 * an authenticator said.
 */
export function encodeItem({ telemetry, isLastPart }: StoredItem): Uint8Array {
  const { requests, transport, client } = telemetry;
  const head: Head = {
    format: FORMAT,
    requests: requests.map(({ bytes, itemCount, tenant, receivedUnixMs }) => ({
      byteCount: bytes.length,
      itemCount,
      tenant,
      receivedUnixMs,
    })),
    isLastPart,
    ...(transport === undefined ? {} : { transport }),
    ...(client === undefined ? {} : { client: writtenClient(client) }),
  };
  const headBytes = Buffer.from(JSON.stringify(head));
  const length = Buffer.alloc(HEAD_LENGTH_BYTES);
  length.writeUInt32LE(headBytes.length);
  return Buffer.concat([length, headBytes, ...requests.map(({ bytes }) => bytes)]);
}

/** Throws where the bytes are no item of this format. */
export function decodeItem(signal: Signal, bytes: Uint8Array): StoredItem {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const headEnd = HEAD_LENGTH_BYTES + buffer.readUInt32LE(0);
  const head = HEAD.parse(JSON.parse(buffer.toString('utf8', HEAD_LENGTH_BYTES, headEnd)));
  let at = headEnd;
  const requests = head.requests.map(({ byteCount, ...request }): EncodedRequest => {
    const from = at;
    at += byteCount;
    return { ...request, signal, bytes: buffer.subarray(from, at) };
  });
  if (at !== buffer.length) throw new RangeError(`${buffer.length} bytes where ${at} are said`);
  const { transport, client, isLastPart } = head;
  const telemetry = new Telemetry({
    signal,
    requests,
    ...(transport === undefined ? {} : { transport }),
    ...(client === undefined ? {} : { client: readClient(client) }),
    decode: (some) => decodeRequests(signal, some),
  });
  return { telemetry, isLastPart };
}

function writtenClient({ address, metadata }: ClientInfo): NonNullable<Head['client']> {
  return { address, metadata: [...metadata].map(([name, values]) => [name, [...values]]) };
}

function readClient({ address, metadata }: NonNullable<Head['client']>): ClientInfo {
  return clientInfo({ address, metadata: new Map(metadata) });
}
