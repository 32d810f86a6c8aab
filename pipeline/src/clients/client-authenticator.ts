import { z } from 'zod';
import type { ClientInfo } from '../client-info.ts';
import type { Component, Host } from '../component.ts';
import { SondeError } from '../errors.ts';

/** The request that an authenticator may add to. */
export interface ClientRequest {
  /** Whose data it carries; undefined where that is not known, or where there are several. */
  readonly client: ClientInfo | undefined;
  /** Headers of the exporter's configuration, names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
}

/** Headers by their name in lower case; undefined takes away what the configuration names. */
export type ShownHeaders = Readonly<Record<string, string | undefined>>;

/** The client side of a Collector authenticator extension (`basicauth`, `oauth2client`). */
export interface ClientAuthenticator {
  /**
   * Headers (gRPC: metadata) for one request, names in lower case. Rejects with a `SondeError`,
   * `UNAVAILABLE` where its own source is away.
   */
  requestHeaders(request: ClientRequest): Promise<ShownHeaders>;
}

/** `auth` of a client. */
export interface ClientAuthConfig {
  /** Id of the extension. */
  readonly authenticator: string;
}

export function clientAuth(): z.ZodType<ClientAuthConfig | undefined> {
  return z.strictObject({ authenticator: z.string().min(1) }).optional();
}

/** The configured headers, and what the authenticator makes of them. */
export async function headersOf(
  headers: Readonly<Record<string, string>>,
  authenticator: ClientAuthenticator | undefined,
  client: ClientInfo | undefined,
): Promise<Readonly<Record<string, string>>> {
  if (authenticator === undefined) return headers;
  const all = { ...headers, ...(await authenticator.requestHeaders({ client, headers })) };
  const shown: Record<string, string> = {};
  for (const [name, value] of Object.entries(all)) if (value !== undefined) shown[name] = value;
  return shown;
}

/** Throws `SondeError` with upstream's text when there is none of that id. */
export function findClientAuthenticator(
  host: Pick<Host, 'extension'>,
  auth: ClientAuthConfig | undefined,
): ClientAuthenticator | undefined {
  if (auth === undefined) return undefined;
  const { authenticator: id } = auth;
  const extension = host.extension(id);
  if (extension !== undefined && isClientAuthenticator(extension)) return extension;
  const reason =
    extension === undefined
      ? 'authenticator not found'
      : 'requested extension is not a client authenticator';
  throw new SondeError(
    'INTERNAL',
    `failed to resolve authenticator ${JSON.stringify(id)}: ${reason}`,
  );
}

function isClientAuthenticator<T extends Component>(
  extension: T,
): extension is T & ClientAuthenticator {
  return 'requestHeaders' in extension && typeof extension.requestHeaders === 'function';
}
