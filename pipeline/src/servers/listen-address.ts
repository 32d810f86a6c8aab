/** The part of Node's listen options that an endpoint decides. */
export interface ListenAddress {
  readonly port: number;
  /** Absent for all interfaces, both families. */
  readonly host?: string;
}

/**
 * Where to listen for an endpoint. `localhost` is 127.0.0.1, as Go chooses; Node would take
 * whatever the resolver names first, and half of the clients would not find it.
 */
export function listenAddress(endpoint: {
  readonly host: string;
  readonly port: number;
}): ListenAddress {
  const { host, port } = endpoint;
  if (host === '') return { port };
  return { port, host: host === 'localhost' ? '127.0.0.1' : host };
}
