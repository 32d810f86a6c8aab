/** What a request showed: header names in lower case (gRPC metadata or HTTP headers). */
export interface Credentials {
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** Peer address, `127.0.0.1` or `::1` on loopback. */
  readonly peer: string;
}

/** Who sends. */
export interface Sender {
  /** The tenant all of the request's data belongs to. */
  readonly tenant: string;
  /** What else is known of them (`username`), for the data's `ClientInfo`; no secrets. */
  readonly attributes?: ReadonlyMap<string, string>;
}

/** The tenant of data that came without an ingest token where none is demanded. */
export const DEFAULT_TENANT = 'default';

/**
 * The server side of a Collector authenticator extension, and the only place a tenant comes from:
 * the ingest token names it; a header that claims a tenant is never believed.
 */
export interface Authenticator {
  /** Rejects with `SondeError` `UNAUTHENTICATED` or `PERMISSION_DENIED`. */
  authenticate(credentials: Credentials): Promise<Sender>;
}
