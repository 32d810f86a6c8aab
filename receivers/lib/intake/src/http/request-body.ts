import { constants } from 'node:http2';
import { type HttpLimits, SondeError } from '@sonde/pipeline';
import type { Packing } from '@sonde/pipeline/packing';
import { unpack } from '@sonde/pipeline/packing';
import { giveBackBody, joinChunks } from '@sonde/proto';
import type { InFlightAccount } from '../in-flight-bytes.ts';
import {
  BODY_PACE_BYTES_MIN,
  BODY_PACE_MS,
  BODY_PACE_SHARE_MIN,
  DISCARD_TIME_MS_MAX,
  DISCARDED_BODIES_MAX,
  DISCARDED_BYTES_MAX,
  IN_FLIGHT_RETRY_AFTER_MS,
} from '../limits.ts';
import { tooLarge } from './content-encoding.ts';
import type { HttpRequest, HttpResponse } from './http-message.ts';

export interface BodyReading {
  readonly request: HttpRequest;
  readonly response: HttpResponse;
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
  if (body.buffer !== packed.buffer) giveBackBody(packed);
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
  // The request's listeners see the list, and may outlive the exchange.
  const read = chunks.splice(0);
  const [only] = read;
  return only !== undefined && read.length === 1 ? only : joinChunks(read, length);
}

function declaredLength(request: HttpRequest): number {
  const header = request.headers['content-length'];
  return header === undefined ? 0 : Number(header);
}

function tooSlow(): SondeError {
  const message = 'the request body came too slowly while others wait';
  return new SondeError('DEADLINE_EXCEEDED', message, { retryAfterMs: IN_FLIGHT_RETRY_AFTER_MS });
}

function wentAway(): SondeError {
  return new SondeError('UNAVAILABLE', 'the sender went away');
}

/**
 * Not `for await`: leaving that loop early destroys the request, and with it the connection on which
 * the refusal still has to be sent. `slow` is called after each `BODY_PACE_MS` that brought too
 * little; what it or `take` throws ends the reading.
 */
function eachChunk(
  request: HttpRequest,
  handlers: { readonly take: (chunk: Buffer) => void; readonly slow: () => void },
): Promise<void> {
  // Of the current interval, and of those before.
  let bytes = 0;
  let heldBytes = 0;
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
      const wanted = Math.max(BODY_PACE_BYTES_MIN, heldBytes * BODY_PACE_SHARE_MIN);
      if (bytes < wanted) attempt(handlers.slow);
      heldBytes += bytes;
      bytes = 0;
    }, BODY_PACE_MS);
    // Every request is closed once: an error that nobody waits for would cost its stack trace.
    const gone = (): void => {
      if (!request.readableEnded) reject(wentAway());
    };
    const ended = (): void => {
      // Node ends the body of a stream that its sender cut, as if it were whole.
      if (request.stream?.closed === true) reject(wentAway());
      else resolve();
    };
    request.on('data', onData);
    request.once('end', ended);
    request.once('error', gone);
    request.once('close', gone);
  });
  return read.finally(() => clearInterval(pace));
}

/** Whether the end of an early answer waits for the body: not where none is on its way. */
export function lingers({ headers, stream }: HttpRequest): boolean {
  return stream === undefined && headers.expect === undefined;
}

/**
 * After an early answer: lets the sender finish, so that it reads the answer instead of a reset, then
 * ends the answer, and with it the connection. Without effect when the body was read to its end.
 */
export function discardBody(
  request: HttpRequest,
  response: HttpResponse,
  { bodyBytesMax }: HttpLimits,
): void {
  if (request.complete || request.destroyed) return;
  const bytesMax = Math.max(DISCARDED_BYTES_MAX, DISCARDED_BODIES_MAX * bodyBytesMax);
  const cut = (): void => {
    // Of a connection that carries other requests this one alone.
    if (request.stream === undefined) request.destroy();
    else request.stream.close(constants.NGHTTP2_NO_ERROR);
  };
  let discarded = 0;
  request.on('data', (chunk: Buffer) => {
    discarded += chunk.length;
    if (discarded > bytesMax) cut();
  });
  request.on('error', cut);
  request.once('end', () => response.end());
  request.resume();
  const timer = setTimeout(cut, DISCARD_TIME_MS_MAX);
  response.once('close', () => clearTimeout(timer));
}
