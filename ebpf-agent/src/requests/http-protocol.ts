import { HTTP_CLIENT_DURATION, HTTP_SERVER_DURATION } from '../metrics/definitions.ts';
import { attributesOf } from './attributes.ts';
import { isServer } from './exchange.ts';
import { httpHost, httpRequest } from './http-request.ts';
import type { ProtocolExchange, RequestProtocol } from './request-protocol.ts';

const SERVER_ERROR = 500;
const CLIENT_ERROR = 400;

/** HTTP/1. What is the caller's fault is no error as the server sees it. */
export const HTTP: RequestProtocol = {
  name: 'http',
  read: httpRequest,
  essence: (text) => {
    // The first line, without its query.
    const end = text.search(/[?\r]/);
    return end < 0 ? text : text.slice(0, end);
  },
  onConnection: (connection, text, meaning) => {
    if (connection.host === undefined) connection.nameHost(httpHost(text));
    return meaning;
  },
  server: HTTP_SERVER_DURATION,
  client: HTTP_CLIENT_DURATION,
  errorType: (exchange) => {
    const from = isServer(exchange) ? SERVER_ERROR : CLIENT_ERROR;
    return exchange.status >= from ? String(exchange.status) : undefined;
  },
  attributes: (exchange) => {
    const { meaning, status } = exchange;
    return attributesOf({
      'http.request.method': meaning.operation,
      'http.response.status_code': status === 0 ? undefined : status,
      [isServer(exchange) ? 'http.route' : 'url.template']: meaning.target || undefined,
      'url.scheme': schemeOf(exchange),
    });
  },
  details: (exchange) => {
    const { meaning, requestBytes, answerBytes } = exchange;
    return attributesOf({
      [isServer(exchange) ? 'url.path' : 'url.full']: isServer(exchange)
        ? meaning.text
        : urlOf(exchange),
      'http.request.size': requestBytes || undefined,
      'http.response.size': answerBytes || undefined,
    });
  },
  hasRoutes: true,
};

export function schemeOf({ connection }: Pick<ProtocolExchange, 'connection'>): string {
  return connection.isSecure ? 'https' : 'http';
}

/** Without its query: what is secret is often there. */
function urlOf(exchange: ProtocolExchange): string {
  const { connection, meaning } = exchange;
  const { host, peerAddress, peerPort, isPlaced } = connection;
  const port = isPlaced ? `:${peerPort}` : '';
  return `${schemeOf(exchange)}://${host ?? peerAddress}${port}${meaning.text}`;
}
