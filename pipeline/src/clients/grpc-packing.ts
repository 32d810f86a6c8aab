import { type Client, experimental, status as GrpcStatus, Metadata } from '@grpc/grpc-js';
import { SondeError } from '../errors.ts';
import { type Packing, pack, unpack } from '../packing/index.ts';

/** Compressions of gRPC that grpc-js has not, by the packing of each: upstream's snappy is framed. */
const PACKINGS = { snappy: 'x-snappy-framed', zstd: 'zstd' } as const;

/** What this module packs; grpc-js does the rest itself. */
export type GrpcPackingName = keyof typeof PACKINGS;

/** Of an answer, unpacked: gRPC's own limit. */
const ANSWER_BYTES_MAX: number = 4 * 1024 * 1024;

/** A message's head: whether it is packed, and its length in four bytes. */
const HEAD_BYTES = 5;

const NO_ACCOUNT = { take: (): void => undefined, giveBack: (): void => undefined };

type Message = Awaited<ReturnType<experimental.BaseFilter['sendMessage']>>;

/**
 * Packs the messages of a client's calls, and unpacks the answers: servers answer in the packing that
 * they were asked in. Throws `SondeError` `INTERNAL` when the client is of another version of grpc-js
 * than the pinned one, which has no public way to add a compression.
 */
export function packCalls(client: Client, name: GrpcPackingName): void {
  const factories = filterFactories(client);
  // The last sees messages framed, behind grpc-js' own filter, which packs nothing here.
  factories.push({ createFilter: () => new PackingFilter(name) });
}

function filterFactories(client: Client): unknown[] {
  let part: unknown = client.getChannel();
  for (const key of ['internalChannel', 'filterStackFactory', 'factories']) {
    part = Reflect.get(Object(part), key);
  }
  if (Array.isArray(part) && part.length === 1) return part;
  throw new SondeError(
    'INTERNAL',
    'grpc-js is not the version that Sonde pins: it has other filters',
  );
}

class PackingFilter extends experimental.BaseFilter {
  readonly #name: GrpcPackingName;
  readonly #packing: Exclude<Packing, ''>;
  #isAnswerPacked = false;

  constructor(name: GrpcPackingName) {
    super();
    this.#name = name;
    this.#packing = PACKINGS[name];
  }

  override async sendMetadata(metadata: Promise<Metadata>): Promise<Metadata> {
    const headers = await metadata;
    headers.set('grpc-encoding', this.#name);
    headers.set('grpc-accept-encoding', `identity,deflate,gzip,${this.#name}`);
    return headers;
  }

  override receiveMetadata(metadata: Metadata): Metadata {
    this.#isAnswerPacked = metadata.get('grpc-encoding')[0] === this.#name;
    // The other filter does not know it.
    if (this.#isAnswerPacked) metadata.remove('grpc-encoding');
    return metadata;
  }

  override async sendMessage(message: Promise<Message>): Promise<Message> {
    const { message: plain, ...rest } = await message;
    try {
      const packed = await pack(plain.subarray(HEAD_BYTES), this.#packing);
      return { message: framed(packed, 1), ...rest };
    } catch (error) {
      throw failure(error);
    }
  }

  override async receiveMessage(message: Promise<Buffer>): Promise<Buffer> {
    const received = await message;
    if (!this.#isAnswerPacked || received[0] !== 1) return received;
    try {
      const options = { bytesMax: ANSWER_BYTES_MAX, account: NO_ACCOUNT, tooLarge };
      return framed(await unpack(received.subarray(HEAD_BYTES), this.#packing, options), 0);
    } catch (error) {
      throw failure(error);
    }
  }
}

function framed(bytes: Uint8Array, flag: 0 | 1): Buffer {
  const message = Buffer.allocUnsafeSlow(HEAD_BYTES + bytes.length);
  message.writeUInt8(flag, 0);
  message.writeUInt32BE(bytes.length, 1);
  message.set(bytes, HEAD_BYTES);
  return message;
}

function tooLarge(bytesMax: number): SondeError {
  const words = `Received message that decompresses to a size larger than ${bytesMax}`;
  return new SondeError('TOO_LARGE', words);
}

/** A filter throws statuses. */
function failure(error: unknown): object {
  const { code, message: details } = SondeError.from(error);
  const isTooLarge = code === 'TOO_LARGE';
  const status = isTooLarge ? GrpcStatus.RESOURCE_EXHAUSTED : GrpcStatus.INTERNAL;
  return { code: status, details, metadata: new Metadata() };
}
