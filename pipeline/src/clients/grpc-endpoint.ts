import { parseEndpoint } from '../config/fields/endpoint.ts';

/** Where a gRPC client goes to. */
export interface GrpcTarget {
  /** As grpc-js names targets: `dns:host:port`, `unix:/path`. */
  readonly target: string;
  /** What the scheme says: `http://` is plaintext, `https://` is TLS, others leave it to `tls`. */
  readonly security: 'plaintext' | 'tls' | undefined;
}

export type GrpcTargetResult =
  | { readonly ok: true; readonly target: GrpcTarget }
  | { readonly ok: false; readonly reason: string };

const SCHEMES: readonly (readonly [RegExp, GrpcTarget['security']])[] = [
  [/^http:\/\//, 'plaintext'],
  [/^https:\/\//, 'tls'],
  [/^dns:\/\/[^/]*\//, undefined],
  [/^passthrough:\/\/[^/]*\//, undefined],
];

/**
 * `host:port`, `http://host:port`, `https://host:port`, `dns:///host:port`,
 * `passthrough:///host:port`, `unix:///path`; the texts of upstream's otlp exporter.
 */
export function parseGrpcEndpoint(text: string): GrpcTargetResult {
  if (text === '') return { ok: false, reason: 'requires a non-empty "endpoint"' };
  if (text.startsWith('unix:')) {
    const path = text.replace(/^unix:(\/\/)?/, '');
    return { ok: true, target: { target: `unix:${path}`, security: undefined } };
  }
  let address = text;
  let security: GrpcTarget['security'];
  for (const [scheme, says] of SCHEMES) {
    if (!scheme.test(text)) continue;
    address = text.replace(scheme, '');
    security = says;
  }
  const parsed = parseEndpoint(address.replace(/\/$/, ''));
  if (!parsed.ok) return { ok: false, reason: parsed.reason };
  const { host, port } = parsed.endpoint;
  // Of a name the client tries every address; it is also what the certificate must say.
  const name = host === '' ? 'localhost' : host;
  const target = name.includes(':') ? `ipv6:[${name}]:${port}` : `dns:${name}:${port}`;
  return { ok: true, target: { target, security } };
}
