import { z } from 'zod';
import type { Component, Host } from '../component.ts';
import { SondeError } from '../errors.ts';

/** The client side of a Collector authenticator extension (`basicauth`, `oauth2client`). */
export interface ClientAuthenticator {
  /**
   * Headers (gRPC: metadata) for one request, names in lower case. Rejects with a `SondeError`,
   * `UNAVAILABLE` where its own source is away.
   */
  requestHeaders(): Promise<Readonly<Record<string, string>>>;
}

/** `auth` of a client. */
export interface ClientAuthConfig {
  /** Id of the extension. */
  readonly authenticator: string;
}

export function clientAuth(): z.ZodType<ClientAuthConfig | undefined> {
  return z.strictObject({ authenticator: z.string().min(1) }).optional();
}

/** Throws `SondeError` with upstream's text when there is none of that id. */
export function findClientAuthenticator(
  host: Host,
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
