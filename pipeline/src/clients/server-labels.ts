import { parseGrpcEndpoint } from './grpc-endpoint.ts';

/** The Collector's labels of a server that data is sent to. */
export type ServerLabels = Readonly<Record<string, string>>;

/** Of a gRPC `endpoint`; none of a socket's path, or of what is no endpoint. */
export function grpcServerLabels(endpoint: string): ServerLabels {
  const parsed = parseGrpcEndpoint(endpoint);
  if (!parsed.ok) return {};
  const [, address, port] = /^(?:dns|ipv6):\[?(.*?)\]?:(\d+)$/.exec(parsed.target.target) ?? [];
  return address === undefined || port === undefined
    ? {}
    : { 'server.address': address, 'server.port': port };
}

/** Of a URL, its path included; none of what is no URL. */
export function httpServerLabels(url: string): ServerLabels {
  if (!URL.canParse(url)) return {};
  const { protocol, hostname, port, pathname } = new URL(url);
  return {
    'server.address': hostname.replace(/^\[(.*)\]$/, '$1'),
    'server.port': port === '' ? (protocol === 'https:' ? '443' : '80') : port,
    'url.path': pathname,
  };
}
