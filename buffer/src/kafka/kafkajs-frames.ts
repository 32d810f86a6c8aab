import { BufferError } from '../contract.ts';

/** kafkajs puts a request's head before what the request encodes of itself, by copying both, here. */
const REQUEST = 'kafkajs/src/protocol/request.js';
/** What calls it; it takes the module above when it is loaded itself. */
const CALLER = 'kafkajs/src/network/connection.js';

/** What only the connection knows of a request. */
export interface FrameHead {
  readonly clientId: string;
  readonly correlationId: number;
  readonly version: number;
}

/** A request that is written whole by us, length and head included. */
export interface FramedRequest {
  readonly apiKey: number;
  readonly apiVersion: number;
  readonly apiName: string;
  readonly frame: (head: FrameHead) => Buffer;
}

interface RequestToEncode {
  readonly request: { readonly apiVersion: number; readonly frame?: FramedRequest['frame'] };
  readonly correlationId: number;
  readonly clientId: string;
}

interface EncodedFrame {
  readonly buffer: Buffer;
  size(): number;
}

/**
 * Lets requests of kafkajs' connections be `FramedRequest`s, before anything else of it is loaded.
 * Throws `BUFFER_MISUSE` when it is not laid out as the pinned version is.
 */
export function installFrames(load: NodeJS.Require): void {
  if (load.cache[load.resolve(CALLER)] !== undefined) throw unexpected('was loaded already');
  const original: unknown = load(REQUEST);
  const entry = load.cache[load.resolve(REQUEST)];
  if (typeof original !== 'function' || entry === undefined) throw unexpected('has no requests');
  entry.exports = (whole: RequestToEncode): EncodedFrame => {
    const { request, correlationId, clientId } = whole;
    if (request.frame === undefined) return original(whole);
    const buffer = request.frame({ clientId, correlationId, version: request.apiVersion });
    return { buffer, size: () => buffer.length };
  };
}

function unexpected(what: string): BufferError {
  return new BufferError('BUFFER_MISUSE', `kafkajs ${what}: it is not the version Sonde pins`);
}
