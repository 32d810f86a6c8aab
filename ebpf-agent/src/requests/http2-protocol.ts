import type { Http2Stream } from '../http2/http2-connection.ts';
import { RPC_CLIENT_DURATION, RPC_SERVER_DURATION } from '../metrics/definitions.ts';
import { ExchangeFlag } from '../records/layout.ts';
import { attributesOf } from './attributes.ts';
import { type Exchange, isServer } from './exchange.ts';
import { HTTP } from './http-protocol.ts';
import type { Meaning } from './meaning.ts';
import type { Meanings } from './meanings.ts';
import type { RequestProtocol } from './request-protocol.ts';
import type { TraceLinks } from './trace-links.ts';

/** HTTP/2; its requests come as `GET /path`. */
export const HTTP2: RequestProtocol = {
  ...HTTP,
  version: '2',
  attributes: (exchange) => [
    ...HTTP.attributes(exchange),
    ...attributesOf({ 'network.protocol.version': '2' }),
  ],
};

/** By their numbers. */
const STATUS_NAMES = [
  'OK',
  'CANCELLED',
  'UNKNOWN',
  'INVALID_ARGUMENT',
  'DEADLINE_EXCEEDED',
  'NOT_FOUND',
  'ALREADY_EXISTS',
  'PERMISSION_DENIED',
  'RESOURCE_EXHAUSTED',
  'FAILED_PRECONDITION',
  'ABORTED',
  'OUT_OF_RANGE',
  'UNIMPLEMENTED',
  'INTERNAL',
  'UNAVAILABLE',
  'DATA_LOSS',
  'UNAUTHENTICATED',
] as const;

/** What is the server's fault, as the conventions of gRPC have it. */
const SERVER_ERRORS = new Set([
  'UNKNOWN',
  'DEADLINE_EXCEEDED',
  'UNIMPLEMENTED',
  'INTERNAL',
  'UNAVAILABLE',
  'DATA_LOSS',
]);

/** gRPC: calls have a method as their target and the name of their status as their code. */
export const GRPC: RequestProtocol = {
  name: 'grpc',
  version: '2',
  read: (path) => ({ operation: '', target: methodOf(path), text: '' }),
  server: RPC_SERVER_DURATION,
  client: RPC_CLIENT_DURATION,
  errorType: (exchange) => {
    const { code, status } = exchange;
    if (code === '') return status >= 400 ? String(status) : undefined;
    const isError = isServer(exchange) ? SERVER_ERRORS.has(code) : code !== 'OK';
    return isError ? code : undefined;
  },
  attributes: ({ meaning, code }) =>
    attributesOf({
      'rpc.system.name': 'grpc',
      'rpc.method': meaning.target,
      'rpc.response.status_code': code || undefined,
    }),
  details: () => [],
  hasRoutes: true,
};

const METHOD = /^\/([\w.]+\/\w+)$/;

function methodOf(path: string): string {
  return METHOD.exec(path)?.[1] ?? '_OTHER';
}

/** What a finished stream was, for metrics and spans. */
export function http2Exchange(
  stream: Http2Stream,
  meanings: Meanings,
): Pick<Exchange, 'protocol' | 'meaning' | 'status' | 'flags' | 'code'> {
  const { path, method, contentType, status, grpcStatus, wasReset } = stream;
  const isGrpc = contentType?.startsWith('application/grpc') === true || grpcStatus !== undefined;
  const protocol = isGrpc ? GRPC : HTTP2;
  const code = grpcStatus === undefined ? '' : (STATUS_NAMES[grpcStatus] ?? 'UNKNOWN');
  const flags = wasReset && code === '' ? ExchangeFlag.unanswered : 0;
  return { protocol, meaning: meaningOf(protocol, method, path, meanings), status, flags, code };
}

/** Without its path, because nobody saw it, a request has no route. */
function meaningOf(
  protocol: RequestProtocol,
  method: string | undefined,
  path: string | undefined,
  meanings: Meanings,
): Meaning {
  if (protocol === GRPC) return meanings.of(GRPC, path ?? '');
  const meaning = meanings.of(HTTP2, `${method ?? '_'} ${path ?? '/'}`);
  return path === undefined ? { ...meaning, target: '', text: '' } : meaning;
}

/** The name that was asked for, without its port. */
export function authorityHost(authority: string | undefined): string | undefined {
  return /^([A-Za-z0-9._-]{1,255})(?::\d+)?$/.exec(authority ?? '')?.[1];
}

/** Nobody knows which thread serves a stream: what it belongs to says its header. */
export function linksOf({ traceparent }: Http2Stream): TraceLinks | undefined {
  if (traceparent === undefined) return undefined;
  return { traceparent, cookie: 0, sequence: 0, parentCookie: 0, parentSequence: 0 };
}
