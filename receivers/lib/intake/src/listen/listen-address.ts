import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { type Endpoint, SondeError } from '@sonde/pipeline';

/** Where a server listens. */
export type ListenAddress =
  | { readonly transport: 'tcp'; readonly endpoint: Endpoint }
  | { readonly transport: 'unix'; readonly path: string };

/**
 * The address to bind: names are looked up, IPv4 first, as Go does. An empty host is every
 * interface of both protocols. Rejects with `SondeError` `INTERNAL` for an unknown name.
 */
export async function resolveHost(host: string): Promise<string> {
  if (host === '') return '::';
  if (isIP(host) !== 0) return host;
  const unknown = (cause?: unknown): SondeError =>
    new SondeError('INTERNAL', `listen tcp: lookup ${host}: no such host`, { cause });
  try {
    const addresses = await lookup(host, { all: true });
    const first = addresses.find(({ family }) => family === 4) ?? addresses[0];
    if (first !== undefined) return first.address;
  } catch (error) {
    throw unknown(error);
  }
  throw unknown();
}
