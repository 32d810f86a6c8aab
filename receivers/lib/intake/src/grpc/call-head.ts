import { SondeError } from '@sonde/pipeline';
import type { Packing } from '@sonde/pipeline/packing';
import type { RequestHeaders } from '../http2/request-headers.ts';
import { headerText } from './call-headers.ts';
import { GRPC_PACKINGS } from './grpc-packings.ts';
import type { GrpcService } from './grpc-service.ts';
import { notServed, unreadable } from './wire-fault.ts';

const CONTENT_TYPE = 'application/grpc';

const MS_PER_TIMEOUT_UNIT: ReadonlyMap<string, number> = new Map([
  ['H', 3_600_000],
  ['M', 60_000],
  ['S', 1000],
  ['m', 1],
  ['u', 1e-3],
  ['n', 1e-6],
]);

/** What the headers of a call say about its message. */
export interface CallHead {
  readonly packing: Packing;
  /** How long the client waits for its answer; infinite when it does not say. Milliseconds. */
  readonly timeoutMs: number;
}

/**
 * Whether a request is a gRPC call at all; else the HTTP status that it gets (gRPC over HTTP2,
 * "Requests"). One with too many headers is taken for a call: what it is may not be among them.
 */
export function httpProblem(headers: RequestHeaders): 405 | 415 | undefined {
  if (headers.isTooLarge) return undefined;
  if (headerText(headers, ':method') !== 'POST') return 405;
  return headerText(headers, 'content-type')?.startsWith(CONTENT_TYPE) === true ? undefined : 415;
}

/** Reads the headers. Throws `SondeError` when the message would be one that nobody can read. */
export function readCallHead(headers: RequestHeaders): CallHead {
  checkSubtype(headerText(headers, 'content-type') ?? '');
  return {
    packing: packingOf(headerText(headers, 'grpc-encoding')),
    timeoutMs: timeoutOf(headerText(headers, 'grpc-timeout')),
  };
}

/** Throws `UNIMPLEMENTED` with the words of gRPC's servers when a path is not served. */
export function servedMethod<M>(service: GrpcService<M>, path: string): M {
  const method = service.methodOf(path);
  if (method !== undefined && service.serves(method)) return method;
  const [, name = '', methodName = ''] = path.split('/');
  const isKnown = method === undefined && service.hasService(name);
  const words = isKnown ? `unknown method ${methodName} for service` : 'unknown service';
  throw new SondeError('UNIMPLEMENTED', `${words} ${name}`);
}

/** `application/grpc` means protobuf, and so does `+proto`; parameters are left aside. */
function checkSubtype(contentType: string): void {
  const subtype = contentType.slice(CONTENT_TYPE.length).split(';', 1)[0]?.trim() ?? '';
  if (subtype === '' || subtype === '+proto') return;
  throw notServed(`no codec for content type ${CONTENT_TYPE}${subtype}`);
}

function packingOf(header: string | undefined): Packing {
  const name = header === undefined || header === 'identity' ? '' : header;
  const packing = GRPC_PACKINGS.get(name);
  if (packing !== undefined) return packing;
  throw notServed(`grpc: Decompressor is not installed for grpc-encoding "${name}"`);
}

function timeoutOf(header: string | undefined): number {
  if (header === undefined) return Number.POSITIVE_INFINITY;
  const [, amount, unit] = /^(\d{1,8})([HMSmun])$/.exec(header) ?? [];
  const unitMs = unit === undefined ? undefined : MS_PER_TIMEOUT_UNIT.get(unit);
  if (amount === undefined || unitMs === undefined) throw unreadable('malformed grpc-timeout');
  return Math.ceil(Number(amount) * unitMs);
}
