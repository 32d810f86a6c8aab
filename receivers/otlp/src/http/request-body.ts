import type { IncomingMessage, ServerResponse } from 'node:http';
import { type HttpLimits, SondeError } from '@sonde/pipeline';
import type { InFlightAccount } from '../in-flight-bytes.ts';
import { DISCARD_TIME_MS_MAX, DISCARDED_BYTES_MAX } from '../limits.ts';
import type { Packing } from '../packing/packing.ts';
import { unpack } from '../packing/unpack.ts';
import { tooLarge } from './content-encoding.ts';

export interface BodyReading {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly packing: Packing;
  readonly limits: HttpLimits;
  /** Takes what the body holds. */
  readonly account: InFlightAccount;
}

/**
 * The whole body, unpacked. Rejects with `TOO_LARGE`, `OVERLOADED` or `INVALID_DATA`, and with
 * `UNAVAILABLE` when the sender went away.
 */
export async function readBody(reading: BodyReading): Promise<Buffer> {
  const { packing, limits, account } = reading;
  const packed = await readPacked(reading);
  if (packing === '') return packed;
  const bytesMax = limits.decompressedBytesMax;
  const body = await unpack(packed, packing, { bytesMax, account, tooLarge });
  account.giveBack(packed.length);
  return body;
}

async function readPacked({ request, response, limits, account }: BodyReading): Promise<Buffer> {
  const { bodyBytesMax } = limits;
  const declared = declaredLength(request);
  // Refused before a byte of it is read. Chunked bodies declare nothing and pay as they come.
  if (declared > bodyBytesMax) throw tooLarge(bodyBytesMax);
  account.take(declared);
  if (request.headers.expect !== undefined) response.writeContinue();
  const chunks: Buffer[] = [];
  let length = 0;
  await eachChunk(request, (chunk) => {
    length += chunk.length;
    if (length > bodyBytesMax) throw tooLarge(bodyBytesMax);
    if (length > declared) account.take(Math.min(chunk.length, length - declared));
    chunks.push(chunk);
  });
  const [only] = chunks;
  return only !== undefined && chunks.length === 1 ? only : Buffer.concat(chunks, length);
}

function declaredLength(request: IncomingMessage): number {
  const header = request.headers['content-length'];
  return header === undefined ? 0 : Number(header);
}

/**
 * Not `for await`: leaving that loop early destroys the request, and with it the connection on which
 * the refusal still has to be sent.
 */
function eachChunk(request: IncomingMessage, take: (chunk: Buffer) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const onData = (chunk: Buffer): void => {
      try {
        take(chunk);
      } catch (error) {
        request.off('data', onData);
        request.pause();
        reject(SondeError.from(error));
      }
    };
    const gone = (): void => reject(new SondeError('UNAVAILABLE', 'the sender went away'));
    request.on('data', onData);
    request.once('end', resolve);
    request.once('error', gone);
    request.once('close', gone);
  });
}

/**
 * After an early answer: lets the sender finish a little, so that it reads the answer instead of a
 * reset, then cuts the connection. Without effect when the body was read to its end.
 */
export function discardBody(request: IncomingMessage, response: ServerResponse): void {
  if (request.complete || request.destroyed) return;
  const cut = (): void => {
    request.destroy();
  };
  let discarded = 0;
  request.on('data', (chunk: Buffer) => {
    discarded += chunk.length;
    if (discarded > DISCARDED_BYTES_MAX) cut();
  });
  request.on('error', cut);
  request.resume();
  const timer = setTimeout(cut, DISCARD_TIME_MS_MAX);
  response.once('close', () => clearTimeout(timer));
}
