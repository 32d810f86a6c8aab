/** Header names in lower case, each with its values in the order in which they came. */
export type ClientMetadata = ReadonlyMap<string, readonly string[]>;

/**
 * What a receiver knows of the request that brought the data (upstream's `client.Info`). It travels
 * with the data through fan-out and processors; where data of several clients becomes one batch it
 * ends, but for what the batch was made by (`metadata_keys`).
 */
export interface ClientInfo {
  /** IP address of the peer, without port; empty where there is none (a Unix socket, a batch). */
  readonly address: string;
  /** Empty unless the receiver has `include_metadata: true`. */
  readonly metadata: ClientMetadata;
  /** What the server's authenticator says of the sender (`username`); never a password or token. */
  readonly auth: ReadonlyMap<string, string>;
}

const NO_METADATA: ClientMetadata = new Map();
const NO_AUTH: ReadonlyMap<string, string> = new Map();

/** A client of which something is known. */
export function clientInfo(known: Partial<ClientInfo>): ClientInfo {
  return { address: '', metadata: NO_METADATA, auth: NO_AUTH, ...known };
}

/** The values of a header, whatever its case; empty where the client sent none. */
export function metadataValues(client: ClientInfo | undefined, name: string): readonly string[] {
  return client?.metadata.get(name.toLowerCase()) ?? [];
}

/**
 * Headers of a request as metadata. HTTP/2's `:authority` stands for `host`; other pseudo-headers are
 * left out.
 */
export function metadataOfHeaders(
  headers: Readonly<Record<string, string | readonly string[] | undefined>>,
): ClientMetadata {
  const metadata = new Map<string, readonly string[]>();
  for (const [name, value] of Object.entries(headers)) {
    if (value === undefined) continue;
    const values = typeof value === 'string' ? [value] : value;
    if (!name.startsWith(':')) metadata.set(name.toLowerCase(), values);
    else if (name === ':authority' && headers['host'] === undefined) metadata.set('host', values);
  }
  return metadata;
}

/** The metadata of some headers alone: what a batch made by them keeps. */
export function metadataOfKeys(
  client: ClientInfo | undefined,
  keys: readonly string[],
): ClientMetadata {
  const metadata = new Map<string, readonly string[]>();
  for (const key of keys) {
    const values = metadataValues(client, key);
    if (values.length > 0) metadata.set(key.toLowerCase(), values);
  }
  return metadata;
}

/** Equal for clients whose headers of these names are equal: what keeps batches apart. */
export function metadataKey(client: ClientInfo | undefined, keys: readonly string[]): string {
  return JSON.stringify(keys.map((key) => metadataValues(client, key)));
}

/** The client of all, where they have the same one. */
export function commonClient(clients: readonly (ClientInfo | undefined)[]): ClientInfo | undefined {
  const [first] = clients;
  return clients.every((client) => client === first) ? first : undefined;
}
