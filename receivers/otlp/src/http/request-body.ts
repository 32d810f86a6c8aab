import type { IncomingMessage, ServerResponse } from 'node:http';
import { type HttpLimits, SondeError } from '@sonde/pipeline';
import type { InFlightAccount } from '../in-flight-bytes.ts';
import {
  BODY_PACE_BYTES_MIN,
  BODY_PACE_MS,
  DISCARD_TIME_MS_MAX,
  DISCARDED_BYTES_MAX,
  IN_FLIGHT_RETRY_AFTER_MS,
} from '../limits.ts';
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
 * The whole body, unpacked. Rejects with `TOO_LARGE`, `OVERLOADED` or `INVALID_DATA`, with
 * `DEADLINE_EXCEEDED` when it trickles while others wait (`BODY_PACE_MS`), and with `UNAVAILABLE`
 * when the sender went away.
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
  // Refused before a byte of it is read. What fits now pays as it comes: words take no room.
  if (declared > bodyBytesMax) throw tooLarge(bodyBytesMax);
  account.refuseWithoutRoom(declared);
  if (request.headers.expect !== undefined) response.writeContinue();
  const chunks: Buffer[] = [];
  let length = 0;
  const take = (chunk: Buffer): void => {
    length += chunk.length;
    if (length > bodyBytesMax) throw tooLarge(bodyBytesMax);
    account.take(chunk.length);
    chunks.push(chunk);
  };
  const refuseTrickle = (): void => {
    if (account.isCrowded) throw tooSlow();
  };
  await eachChunk(request, { take, slow: refuseTrickle });
  const [only] = chunks;
  return only !== undefined && chunks.length === 1 ? only : Buffer.concat(chunks, length);
}

function declaredLength(request: IncomingMessage): number {
  const header = request.headers['content-length'];
  return header === undefined ? 0 : Number(header);
}

function tooSlow(): SondeError {
  const pace = `${BODY_PACE_BYTES_MIN} bytes in ${BODY_PACE_MS / 1000} s`;
  return new SondeError(
    'DEADLINE_EXCEEDED',
    `the request body came too slowly while others wait: less than ${pace}`,
    { retryAfterMs: IN_FLIGHT_RETRY_AFTER_MS },
  );
}

/**
 * Not `for await`: leaving that loop early destroys the request, and with it the connection on which
 * the refusal still has to be sent. `slow` is called after each `BODY_PACE_MS` that brought less than
 * `BODY_PACE_BYTES_MIN`; what it or `take` throws ends the reading.
 */
function eachChunk(
  request: IncomingMessage,
  handlers: { readonly take: (chunk: Buffer) => void; readonly slow: () => void },
): Promise<void> {
  let bytes = 0;
  let pace: NodeJS.Timeout | undefined;
  const read = new Promise<void>((resolve, reject) => {
    const attempt = (step: () => void): void => {
      try {
        step();
      } catch (error) {
        request.off('data', onData);
        request.pause();
        reject(SondeError.from(error));
      }
    };
    const onData = (chunk: Buffer): void => {
      bytes += chunk.length;
      attempt(() => handlers.take(chunk));
    };
    pace = setInterval(() => {
      if (bytes < BODY_PACE_BYTES_MIN) attempt(handlers.slow);
      bytes = 0;
    }, BODY_PACE_MS);
    const gone = (): void => reject(new SondeError('UNAVAILABLE', 'the sender went away'));
    request.on('data', onData);
    request.once('end', resolve);
    request.once('error', gone);
    request.once('close', gone);
  });
  return read.finally(() => clearInterval(pace));
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
