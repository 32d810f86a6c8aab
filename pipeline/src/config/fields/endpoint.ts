import { z } from 'zod';
import { refuseMeaning } from './refuse.ts';

/** Where a server listens or a client goes to. */
export interface Endpoint {
  /** Empty for all interfaces (`:4317`). Without the brackets of an IPv6 address. */
  readonly host: string;
  /** 0 asks the system for a free one. */
  readonly port: number;
}

const PORT_MAX = 65_535;

export type EndpointResult =
  | { readonly ok: true; readonly endpoint: Endpoint }
  | { readonly ok: false; readonly reason: string };

/** `host:port`, `[::1]:port`, `:port`, with the texts of Go's `net.SplitHostPort`. */
export function parseEndpoint(text: string): EndpointResult {
  const colon = text.lastIndexOf(':');
  if (colon < 0 || text.endsWith(']')) {
    return { ok: false, reason: `address ${text}: missing port in address` };
  }
  let host = text.slice(0, colon);
  if (host.startsWith('[') && host.endsWith(']')) host = host.slice(1, -1);
  else if (host.includes(':')) {
    return { ok: false, reason: `address ${text}: too many colons in address` };
  }
  const portText = text.slice(colon + 1);
  const port = Number(portText);
  if (!/^[0-9]+$/.test(portText) || port > PORT_MAX) {
    return { ok: false, reason: `address ${text}: invalid port ${JSON.stringify(portText)}` };
  }
  return { ok: true, endpoint: { host, port } };
}

export function formatEndpoint({ host, port }: Endpoint): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

/** True where nobody outside this machine can reach it. */
export function isLoopback({ host }: Endpoint): boolean {
  return host === 'localhost' || host === '::1' || /^127(?:\.[0-9]{1,3}){3}$/.test(host);
}

/** A listening or target address. `initial` is for an absent or null field. */
export function endpoint(initial: string): z.ZodPrefault<z.ZodType<Endpoint>>;
export function endpoint(): z.ZodType<Endpoint>;
export function endpoint(initial?: string): z.ZodType<Endpoint> {
  const schema = z.string().transform((text, context): Endpoint => {
    const parsed = parseEndpoint(text);
    if (parsed.ok) return parsed.endpoint;
    refuseMeaning(context, { text: parsed.reason, hint: 'write host:port, like localhost:4317' });
    return z.NEVER;
  });
  return initial === undefined ? schema : schema.prefault(initial);
}
